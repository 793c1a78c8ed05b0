import { describe, expect, test } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { fillNormal } from "../../base/random.ts";
import type { SplitPosteriors } from "../../latent/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import {
  boundByCount,
  type DecompositionOptions,
  decomposeKl,
  decompositionGrowth,
  defaultDraws,
} from "./aggregate.ts";
import { decompositionInvariants } from "./invariants.ts";

const runtime = await createRuntime({ threads: 2 });

/** Posteriors from functions of image and latent. */
function posteriorsOf(
  count: number,
  latentDim: number,
  mean: (image: number, d: number) => number,
  sigma: (image: number, d: number) => number,
): SplitPosteriors {
  const fill = (value: (image: number, d: number) => number) =>
    Float32Array.from({ length: count * latentDim }, (_, i) =>
      value(Math.floor(i / latentDim), i % latentDim),
    );
  const [means, logVariance] = [fill(mean), fill((image, d) => 2 * Math.log(sigma(image, d)))];
  const kl = new Float64Array(count);
  const klPerDimension = new Array<number>(latentDim).fill(0);
  for (const [i, mu] of means.entries()) {
    const nats = 0.5 * (mu ** 2 + Math.exp(logVariance[i]!) - logVariance[i]! - 1);
    kl[Math.floor(i / latentDim)]! += nats;
    klPerDimension[i % latentDim]! += nats / count;
  }
  return { count, latentDim, mean: means, logVariance, kl, klPerDimension };
}

function normals(count: number, stream: string): Float64Array {
  const values = new Float64Array(count);
  fillNormal(values, { seed: 11, stream });
  return values;
}

const decompose = (posteriors: SplitPosteriors, options: Partial<DecompositionOptions> = {}) =>
  decomposeKl(runtime, posteriors, { seed: 5, ...options });

describe("cases with a known answer", () => {
  test("all posteriors equal: z says nothing of x, and the marginals take the whole KL", async () => {
    const posteriors = posteriorsOf(
      300,
      3,
      (_, d) => [1, 0, -0.5][d]!,
      (_, d) => [0.5, 1, 2][d]!,
    );
    const result = await decompose(posteriors);
    expect(result.mutualInformation.mean).toBeCloseTo(0, 5);
    expect(result.totalCorrelation.mean).toBeCloseTo(0, 5);
    expect(result.kl).toBeCloseTo(0.5 * (1 + 0.25 + Math.log(4) - 1) + 0.5 * (0.25 + 4 - Math.log(4) - 1), 5);
    expect(Math.abs(result.dimensionwiseKl.mean - result.kl)).toBeLessThan(
      4 * result.difference.standardError,
    );
    expect(result.dimensionwiseKlPerDimension[1]!.mean).toBeCloseTo(0, 5);
  });

  test("far apart on a line: MI = ln N", async () => {
    const { mutualInformation, totalCorrelation } = await decompose(
      posteriorsOf(
        200,
        1,
        (image) => 50 * (image - 100),
        () => 0.7,
      ),
    );
    expect(mutualInformation.mean).toBeCloseTo(Math.log(200), 5);
    expect(totalCorrelation.mean).toBeCloseTo(0, 5);
  });

  test("far apart along a diagonal: each latent tells all, so TC = ln N as well", async () => {
    const { mutualInformation, totalCorrelation } = await decompose(
      posteriorsOf(
        200,
        2,
        (image) => 50 * (image - 100),
        () => 0.7,
      ),
    );
    expect(mutualInformation.mean).toBeCloseTo(Math.log(200), 4);
    expect(totalCorrelation.mean).toBeCloseTo(Math.log(200), 4);
  });

  test("far apart on a grid: MI = ln N, but the latents are independent: TC = 0", async () => {
    const { mutualInformation, totalCorrelation } = await decompose(
      posteriorsOf(
        15 * 20,
        2,
        (image, d) => 30 * (d === 0 ? image % 15 : Math.floor(image / 15)),
        () => 1,
      ),
    );
    expect(mutualInformation.mean).toBeCloseTo(Math.log(300), 4);
    expect(totalCorrelation.mean).toBeCloseTo(0, 4);
  });

  test("a Gaussian aggregate N(0, 1): MI = −ln σ in each dimension, TC = −½ ln(1 − ρ²), marginals cost nothing", async () => {
    const [count, sigma, correlation] = [8192, 0.6, 0.5];
    const noise = normals(2 * count, "means");
    const spread = Math.sqrt(1 - sigma ** 2);
    // Means with variance 1 − σ² and covariance ρ: with σ² added, q(z) is N(0, [1 ρ; ρ 1]).
    const slope = correlation / spread ** 2;
    const mean = (image: number, d: number) => {
      const first = noise[2 * image]!;
      const second = slope * first + Math.sqrt(1 - slope ** 2) * noise[2 * image + 1]!;
      return spread * (d === 0 ? first : second);
    };
    const result = await decompose(posteriorsOf(count, 2, mean, () => sigma));
    const tc = -0.5 * Math.log(1 - correlation ** 2);
    expect(Math.abs(result.totalCorrelation.mean - tc)).toBeLessThan(0.02);
    expect(Math.abs(result.mutualInformation.mean - (-2 * Math.log(sigma) - tc))).toBeLessThan(0.04);
    expect(Math.abs(result.dimensionwiseKl.mean)).toBeLessThan(0.01);
  });
});

test("q(z) equal to a mixture as the prior: every KL_d is 0, what depends is the prior's own, and the sum is MI", async () => {
  // Two Gaussians in opposite corners, known apart and so ln 2 of each: MI, and TC, which the prior has as well.
  const corner = (image: number) => (image === 0 ? 10 : -10);
  const sigma = (image: number, d: number) => [1, 0.5, 2, 0.7][2 * image + d]!;
  const posteriors = posteriorsOf(2, 2, corner, sigma);
  const { mean, logVariance } = posteriors;
  const prior = { logWeights: new Float32Array(2).fill(-Math.LN2), mean, logVariance };
  const result = await decompose(posteriors, { prior });
  const { dimensionwiseKlPerDimension: each, dimensionwiseKl, mutualInformation, totalCorrelation } = result;
  for (const { mean } of each) expect(mean).toBeCloseTo(0, 5);
  expect(mutualInformation.mean).toBeCloseTo(Math.LN2, 5);
  expect(totalCorrelation.mean).toBeCloseTo(Math.LN2, 5);
  expect(dimensionwiseKl.mean).toBeCloseTo(-Math.LN2, 5);
  expect(result.sum.mean).toBeCloseTo(Math.LN2, 5);
  expect(result.kl).toBeCloseTo(Math.LN2, 5);
  // N(0, 1) would be far off: KL_d = E[z²]/2 − … of means of 10.
  expect((await decompose(posteriors)).dimensionwiseKlPerDimension[0]!.mean).toBeGreaterThan(40);
});

/** Posteriors of the reference text's own check: 5 of 10 latents in use, independent, q(z) close to N(0, I). */
function referencePosteriors(): SplitPosteriors {
  const variance = 0.02;
  const noise = normals(4096 * 10, "reference");
  const active = (d: number) => d < 5;
  return posteriorsOf(
    4096,
    10,
    (image, d) => (active(d) ? Math.sqrt(1 - variance) * noise[image * 10 + d]! : 0),
    (_, d) => (active(d) ? Math.sqrt(variance) : 1),
  );
}

describe("the reference's synthetic case: N = 4096, D = 10, five active", () => {
  test("MI 7.96, TC 1.91, dimension-wise KL 0.01, and every invariant", async () => {
    const result = await decompose(referencePosteriors());
    expect(result.draws).toBe(4096);
    expect(result.kl).toBeGreaterThan(9.7);
    expect(result.kl).toBeLessThan(9.85);
    expect(Math.abs(result.mutualInformation.mean - 7.96)).toBeLessThan(0.08);
    expect(Math.abs(result.totalCorrelation.mean - 1.91)).toBeLessThan(0.12);
    expect(Math.abs(result.dimensionwiseKl.mean - 0.01)).toBeLessThan(0.02);
    expect(result.mutualInformation.standardError).toBeLessThan(0.03);
    const invariants = decompositionInvariants(result);
    expect(invariants.filter(({ holds }) => !holds)).toEqual([]);
    expect(invariants).toHaveLength(5);
  });

  test("a tenth of the draws agrees within its standard errors", async () => {
    const posteriors = referencePosteriors();
    const [all, some] = [await decompose(posteriors), await decompose(posteriors, { draws: 400, seed: 6 })];
    expect([some.draws, some.images]).toEqual([400, 4096]);
    for (const term of ["mutualInformation", "totalCorrelation", "dimensionwiseKl"] as const) {
      const error = Math.hypot(all[term].standardError, some[term].standardError);
      expect(Math.abs(all[term].mean - some[term].mean)).toBeLessThan(4 * error);
    }
  });
});

/** ln of the mixture's density in double precision, term by term. */
function exactTerms({ count, latentDim, mean, logVariance }: SplitPosteriors, seed: number) {
  let [mi, tc] = [0, 0];
  const noise = new Float64Array(latentDim);
  const logSumExp = (values: number[]) => {
    const peak = Math.max(...values);
    return peak + Math.log(values.reduce((total, value) => total + Math.exp(value - peak), 0));
  };
  for (let image = 0; image < count; image++) {
    fillNormal(noise, { seed, stream: "aggregate", step: image });
    const z = Array.from(noise, (epsilon, d) => {
      const at = image * latentDim + d;
      return Math.fround(mean[at]! + Math.exp(0.5 * logVariance[at]!) * epsilon);
    });
    const densities = Array.from({ length: count }, (_, i) =>
      z.map((value, d) => {
        const at = i * latentDim + d;
        const squared = (value - mean[at]!) ** 2 * Math.exp(-logVariance[at]!);
        return -0.5 * (squared + logVariance[at]! + Math.log(2 * Math.PI));
      }),
    );
    const joint = densities.map((row) => row.reduce((total, one) => total + one, 0));
    const logQ = logSumExp(joint) - Math.log(count);
    const product = z.reduce(
      (total, _, d) => total + logSumExp(densities.map((row) => row[d]!)) - Math.log(count),
      0,
    );
    mi += (joint[image]! - logQ) / count;
    tc += (logQ - product) / count;
  }
  return { mi, tc };
}

describe("numerics", () => {
  const wide = normals(60 * 4, "wide");

  test.each([
    ["ordinary σ", () => 0.3],
    ["σ a thousandth of the means", () => 0.001],
    ["σ over ten orders of magnitude", (image: number) => 10 ** ((image % 11) - 6)],
  ])("%s: equals double precision", async (_, sigma) => {
    const posteriors = posteriorsOf(60, 4, (image, d) => 3 * wide[image * 4 + d]!, sigma);
    const exact = exactTerms(posteriors, 5);
    const result = await decompose(posteriors);
    expect(result.mutualInformation.mean).toBeCloseTo(exact.mi, 3);
    expect(Math.abs(result.totalCorrelation.mean - exact.tc)).toBeLessThan(2e-3);
  });

  test("blocks change nothing", async () => {
    const posteriors = posteriorsOf(
      100,
      3,
      (image, d) => wide[image + d]!,
      () => 0.4,
    );
    const whole = await decompose(posteriors, { block: { rows: 100, columns: 100 } });
    const parts = await decompose(posteriors, { block: { rows: 7, columns: 33 } });
    expect(parts.mutualInformation.mean).toBeCloseTo(whole.mutualInformation.mean, 5);
    expect(parts.totalCorrelation.mean).toBeCloseTo(whole.totalCorrelation.mean, 5);
    expect(parts.dimensionwiseKl.mean).toBeCloseTo(whole.dimensionwiseKl.mean, 5);
  });
});

test("how many draws, and what is refused", async () => {
  expect(defaultDraws(10_000, 20)).toBe(10_000);
  expect(defaultDraws(60_000, 20)).toBe(2000);
  expect(defaultDraws(60_000, 10)).toBe(3333);
  expect(defaultDraws(500, 1000)).toBe(500);
  const one = posteriorsOf(
    10,
    1,
    () => 0,
    () => 1,
  );
  expect((await failure("config", () => decompose(one, { draws: 11 }))).message).toBe(
    "draws: 11 is not a whole number from 1 to 10",
  );
  await failure("config", () => decompose(one, { draws: 0 }));
});

test("more than a hundred thousand images: a random hundred thousand, and the result says so", async () => {
  const many = posteriorsOf(
    100_100,
    1,
    (image) => (image < 50_000 ? -20 : 20),
    () => 1,
  );
  const { images, subset, mutualInformation } = await decompose(many, { draws: 20 });
  expect(images).toBe(100_000);
  expect(subset).toEqual({ of: 100_100, count: 100_000, seed: 5 });
  // Two halves told apart: ln 2. The first hundred thousand would show 50 000 of each as well, to a part in a thousand.
  expect(mutualInformation.mean).toBeCloseTo(Math.LN2, 2);
  expect((await decompose(referencePosteriors(), { draws: 10 })).subset).toBeUndefined();
});

test("broken numbers break the invariants", async () => {
  const right = await decompose(referencePosteriors(), { draws: 500 });
  const broken = (change: Partial<typeof right>) =>
    decompositionInvariants({ ...right, ...change })
      .filter(({ holds }) => !holds)
      .map(({ statement }) => statement.replace(/[\d.−]+( ± [\d.]+)?/g, "#"));
  const value = (mean: number) => ({ mean, standardError: 0.01, count: 500 });
  // YD's published MI and TC on dSprites: the sum is right, both terms are impossible.
  const { mean } = right.dimensionwiseKl;
  const yd = { mutualInformation: value(41.85), totalCorrelation: value(right.sum.mean - 41.85 - mean) };
  expect(broken(yd)).toEqual(["MI # ≤ ln N #", "TC # ≥ #"]);
  expect(broken({ difference: value(0.2) })).toEqual(["MI + TC + Σ KL_d # = KL #"]);
  expect(broken({ totalCorrelation: value(right.totalCorrelation.mean + 0.1) })).toHaveLength(1);
});

describe("how it moves with N", () => {
  const moved = async (posteriors: SplitPosteriors) => {
    const growth = await decompositionGrowth(runtime, posteriors, { seed: 5 });
    return { growth, ...boundByCount(await decompose(posteriors), growth) };
  };

  test("posteriors that never meet: MI is ln N, rises by ln 2 with each doubling, and ln N bounds it", async () => {
    const { growth, rise, bound } = await moved(
      posteriorsOf(
        64,
        2,
        (image, d) => 10 * (d === 0 ? image % 8 : Math.floor(image / 8)),
        () => 0.1,
      ),
    );
    expect(growth.map(({ images }) => images)).toEqual([16, 32]);
    expect(growth[0]!.mutualInformation.mean).toBeCloseTo(Math.log(16), 4);
    expect(rise).toBeCloseTo(Math.LN2, 4);
    expect(bound).toBe(true);
  });

  test("of more images than are mixed: from a quarter of those that are, not from as many", async () => {
    // A grid so fine that its cells never meet: MI is ln N of the images that are mixed.
    const posteriors = posteriorsOf(
      400_000,
      1,
      (image) => image / 1000,
      () => 1e-6,
    );
    const growth = await decompositionGrowth(runtime, posteriors, { seed: 5, draws: 4 });
    expect(growth.map(({ images }) => images)).toEqual([25_000, 50_000]);
    const { rise, bound } = boundByCount(await decompose(posteriors, { draws: 4 }), growth);
    expect(rise).toBeCloseTo(Math.LN2, 4);
    expect(bound).toBe(true);
  });

  test("posteriors that overlap: MI is that of the channel whatever N is", async () => {
    const means = normals(4000, "growth");
    // z = μ + ε with μ ~ N(0, 1), ε ~ N(0, 1): I = ½ ln 2.
    const { growth, bound } = await moved(
      posteriorsOf(
        4000,
        1,
        (image) => means[image]!,
        () => 1,
      ),
    );
    expect(growth[1]!.mutualInformation.mean).toBeCloseTo(0.5 * Math.LN2, 1);
    expect(bound).toBe(false);
  });
});
