/** Rules, bounds and running numbers at the edge where they turn. */

import { expect, it } from "vitest";
import { linearGaussian } from "../../../test/helpers/linear-gaussian.ts";
import type { OnProgress } from "../../base/progress.ts";
import { encodeSplit, isActiveUnit } from "../../latent/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import { boundByCount, type Decomposition } from "./aggregate.ts";
import { diagnose, type Findings } from "./diagnoses.ts";
import { measureFit } from "./fit.ts";
import { type ImportanceEstimate, importanceSampling } from "./importance.ts";
import { decompositionInvariants, importanceInvariants } from "./invariants.ts";
import { LogSum, RunningMean } from "./statistics.ts";
import { activeUnits } from "./units.ts";

const exact = (mean: number) => ({ mean, standardError: 0, count: 100 });

const sound: Decomposition = {
  images: 1000,
  draws: 1000,
  mutualInformation: exact(4),
  totalCorrelation: exact(1),
  dimensionwiseKl: exact(2),
  dimensionwiseKlPerDimension: [exact(2)],
  sum: exact(7),
  kl: 7,
  difference: exact(0),
};
const holds = (change: Partial<Decomposition>) =>
  decompositionInvariants({ ...sound, ...change }).map((one) => one.holds);

it("without luck, rounding alone is allowed: a thousandth of a nat, of the KL where that is more than one", () => {
  expect(holds({})).toEqual([true, true, true, true, true]);
  expect(holds({ difference: exact(0.0069) })[4]).toBe(true);
  expect(holds({ difference: exact(0.0071) })[4]).toBe(false);
  expect(holds({ totalCorrelation: exact(-0.001), sum: exact(7 - 1.001) })[2]).toBe(true);
  expect(holds({ totalCorrelation: exact(-0.0011) })[2]).toBe(false);
});

it("the standard error of few draws is uncertain itself: it allows more luck", () => {
  const drawn = (count: number, errors: number) => ({ mean: -0.01 * errors, standardError: 0.01, count });
  const allows = (count: number, errors: number) =>
    holds({ dimensionwiseKlPerDimension: [drawn(count, errors)] })[3];
  expect([allows(100_000, 4.9), allows(100_000, 5.2)]).toEqual([true, false]);
  expect([allows(18, 7), allows(18, 9)]).toEqual([true, false]);
  expect(allows(2, 1000)).toBe(true);
});

it("few effective samples: fewer than two count, or the last ones still gained a nat; either is enough", () => {
  const base: Findings = {
    negativeElbo: exact(100),
    reconstruction: exact(80),
    kl: exact(20),
    klPerDimension: [20],
    dimensionwiseKl: [0.1],
  };
  const speaks = (effectiveSamples: number, nats?: number) =>
    diagnose({
      ...base,
      importance: {
        samples: 100,
        effectiveSamples,
        ...(nats !== undefined && { lastGain: { from: 10, nats } }),
      },
    }).some(({ name }) => name === "few-effective-samples");
  expect([speaks(1.9, 0.5), speaks(5, 1.5), speaks(1.9), speaks(5, 0.5), speaks(2, 1)]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

it("the variance of two numbers is theirs, of one not a number", () => {
  const mean = new RunningMean();
  mean.add(1);
  expect(mean.variance).toBeNaN();
  mean.add(4);
  expect(mean.variance).toBe(4.5);
  expect(mean.estimate()).toEqual({ mean: 2.5, standardError: 1.5, count: 2 });
});

it("each rule at its threshold: the last number that is well, and the first that is not", () => {
  const well: Findings = {
    negativeElbo: exact(100),
    reconstruction: exact(80),
    kl: exact(20),
    klPerDimension: [10, 10],
    dimensionwiseKl: [0.1, 0.1],
    mutualInformation: exact(4),
    fit: { reconstructionError: 0.1, pixelDeviation: 0.25, swapCost: exact(50) },
  };
  const named = (change: Partial<Findings>) => diagnose({ ...well, ...change }).map(({ name }) => name);
  const swapping = (swap: number) => ({ ...well.fit!, swapCost: exact(swap) });
  const importance = (samples: number, nats: number) => ({
    importance: { samples, effectiveSamples: 5, lastGain: { from: 10, nats } },
  });
  const spread = (mean: number, standardError: number) => ({ mean, standardError, count: 10 });
  const cases: readonly [string, Partial<Findings>, Partial<Findings>][] = [
    ["unused-latents", { klPerDimension: [0.01, 10] }, { klPerDimension: [0.00999, 10] }],
    ["kl-explosion", { klPerDimension: [20, 10] }, { klPerDimension: [20.01, 10] }],
    ["kl-explosion", { dimensionwiseKl: [0.1, 2] }, { dimensionwiseKl: [0.1, 2.01] }],
    [
      "sigma-swallows-signal",
      { sigma: { value: 0.249, chosen: false } },
      { sigma: { value: 0.25, chosen: false } },
    ],
    // 0.95 of 0.25 where training chose it.
    [
      "sigma-swallows-signal",
      { sigma: { value: 0.2374, chosen: true } },
      { sigma: { value: 0.2375, chosen: true } },
    ],
    // A tenth of the KL, of one nat where the KL is less.
    ["decoder-ignores-latents", { fit: swapping(2) }, { fit: swapping(1.99) }],
    [
      "decoder-ignores-latents",
      { kl: exact(0.5), fit: swapping(0.1) },
      { kl: exact(0.5), fit: swapping(0.09) },
    ],
    ["uninformative-latents", { mutualInformation: exact(0.561) }, { mutualInformation: exact(0.56) }],
    [
      "uninformative-latents",
      { kl: exact(1), mutualInformation: exact(0) },
      { kl: exact(1.01), mutualInformation: exact(0) },
    ],
    // 2 % of the training images' own −ELBO; one nat where that is more; three standard errors of both.
    ["over-fitting", { trainNegativeElbo: exact(98.04) }, { trainNegativeElbo: exact(98.03) }],
    [
      "over-fitting",
      { negativeElbo: exact(11), trainNegativeElbo: exact(10) },
      { negativeElbo: exact(11.01), trainNegativeElbo: exact(10) },
    ],
    [
      "over-fitting",
      { negativeElbo: spread(115, 3), trainNegativeElbo: spread(100, 4) },
      { negativeElbo: spread(115.01, 3), trainNegativeElbo: spread(100, 4) },
    ],
    ["few-effective-samples", importance(99, 2), importance(100, 2)],
    ["few-effective-samples", importance(100, 1), importance(100, 1.01)],
  ];
  for (const [name, silent, speaks] of cases) {
    expect([name, named(silent).includes(name), named(speaks).includes(name)]).toEqual([name, false, true]);
  }
});

it("causes that are named with a number: β on its own side of 1 only", () => {
  const sentence = (klPerDimension: number[], beta: number) =>
    diagnose({
      negativeElbo: exact(100),
      reconstruction: exact(80),
      kl: exact(20),
      klPerDimension,
      beta,
    })[0]!.sentence;
  expect(sentence([0, 20], 1)).not.toContain("β =");
  expect(sentence([0, 20], 1.001)).toContain("β = 1 is too high");
  expect(sentence([30, 20], 1)).not.toContain("β =");
  expect(sentence([30, 40], 0.0001234)).toContain(
    "z₁ carries 40 nats, so samples from the prior fall where the decoder was never trained: β = 0.000123 hardly",
  );
  expect(sentence([1234.5], 1)).toContain("z₀ carries 1,235 nats");
  expect(sentence([0], 1)).toContain("the only latent carries < 0.01 nats");
});

it("a bound of more samples may lie above that of fewer by a thousandth where the groups nest, by five errors otherwise", () => {
  const holds = (fewer: number, samples: number, above: number) => {
    const bound = (mean: number) => ({ mean, standardError: 0.01, count: 1e6 });
    const bySamples = [
      { samples: fewer, negativeLogLikelihood: bound(100) },
      { samples, negativeLogLikelihood: bound(100 + above) },
    ];
    return importanceInvariants({ bySamples } as unknown as ImportanceEstimate).map((one) => one.holds);
  };
  expect([...holds(5, 50, 0.0999), ...holds(5, 50, 0.1001)]).toEqual([true, false]);
  expect([...holds(5, 12, 0.0499), ...holds(5, 12, 0.0501)]).toEqual([true, false]);
});

it("a single draw tells nothing of luck: nothing is broken by it, and no error is shown", () => {
  const once = { mean: -3, standardError: Number.NaN, count: 1 };
  const found = decompositionInvariants({ ...sound, totalCorrelation: once, images: 55 });
  expect(found.map((one) => one.holds)).toEqual([true, true, true, true, false]);
  expect(found[2]!.statement).toBe("TC −3.000 ≥ 0");
  expect(found[0]!.statement).toBe("MI 4.000 ± 0.000 ≤ ln N 4.007");
  // ln 54.5 = 3.998 and a thousandth: 4 is above it.
  const least = { ...sound, dimensionwiseKlPerDimension: [exact(1), exact(-0.5), exact(2)], images: 54 };
  expect(decompositionInvariants(least).map((one) => one.holds)).toEqual([false, true, true, false, true]);
  expect(decompositionInvariants(least)[3]!.statement).toContain("lowest: z₁");
});

it("nothing added is no mean, and −∞ adds nothing to a sum of exponentials", () => {
  expect(new RunningMean().mean).toBeNaN();
  const total = new LogSum();
  total.add(Number.NEGATIVE_INFINITY);
  expect(total.value).toBe(Number.NEGATIVE_INFINITY);
  for (const x of [2, Number.NEGATIVE_INFINITY, 2, 3]) total.add(x);
  expect(total.value).toBeCloseTo(Math.log(2 * Math.exp(2) + Math.exp(3)), 12);
});

it("active units: the variance over N − 1, the threshold itself counts", () => {
  const mean = Float32Array.of(0, 0, 1, 0.5, 2, 1);
  const found = activeUnits({ count: 3, latentDim: 2, mean });
  expect(found).toEqual({ count: 2, threshold: 0.01, variances: [1, 0.25] });
  expect([0.00999, 0.01].map(isActiveUnit)).toEqual([false, true]);
});

it("ln N bounds MI where it rose by more than 0.05 nats and than two standard errors since half of the images", () => {
  const of = (mean: number, standardError = 0) => ({ mutualInformation: { mean, standardError, count: 9 } });
  const part = (mean: number, standardError = 0) => ({
    ...of(mean, standardError),
    images: 10,
    totalCorrelation: exact(0),
    dimensionwiseKl: exact(0),
  });
  const bound = (all: number, error = 0) => boundByCount(of(all, 0.75 * error), [part(9), part(0, error)]);
  expect(bound(0.05)).toEqual({ rise: 0.05, bound: false });
  expect(bound(0.0501).bound).toBe(true);
  // The errors are 3 and 4 of 0.1: together 0.5.
  expect(bound(1, 0.4).bound).toBe(false);
  expect(bound(1.001, 0.4).bound).toBe(true);
  expect(boundByCount(of(3), [])).toEqual({ rise: Number.NaN, bound: true });
});

it("bounds by 1, 5, 50, 500, 5000 and 50 000 samples, as far as there are more", async () => {
  const model = { runtime: await createRuntime({ threads: 1 }), ...linearGaussian(1) };
  const posteriors = await encodeSplit(model, model);
  const sizes = async (samples: number) =>
    (await importanceSampling(model, model, posteriors, { samples, seed: 0, rows: 20_000 })).bySamples.map(
      (one) => one.samples,
    );
  expect(await sizes(50_001)).toEqual([1, 5, 50, 500, 5000, 50_000, 50_001]);
  expect(await sizes(50)).toEqual([1, 5, 50]);
});

it("how a decoder fits, by hand: 1000 images at most, each with the posterior of another, progress in images", async () => {
  const runtime = await createRuntime({ threads: 1 });
  const model = { runtime, ...linearGaussian(1200, { lengths: [0, 0], sigma: 0.1 }) };
  const posteriors = await encodeSplit(model, model);
  const seen: number[] = [];
  const onProgress: OnProgress = ({ done, total }) => seen.push(done, total);
  const fit = await measureFit(model, model, posteriors, { seed: 0, onProgress });
  expect(fit).toMatchObject({ images: 1000, subset: { of: 1200, count: 1000, seed: 0 } });
  expect([seen[0], seen[1], seen.at(-2), seen.at(-1)]).toEqual([0, 1000, 1000, 1000]);
  // The decoder says 0.5 everywhere: what is left is the pixels' distance from it.
  const few = { runtime, ...linearGaussian(7, { lengths: [0, 0], sigma: 0.1 }) };
  const pixels = new Uint8Array(7 * 6);
  few.images.read(Uint32Array.of(0, 1, 2, 3, 4, 5, 6), pixels);
  const own = await measureFit(few, few, await encodeSplit(few, few), { seed: 0 });
  const square = (values: number[]) => values.reduce((total, one) => total + one ** 2, 0) / values.length;
  const levels = Array.from(pixels, (one) => one / 255);
  expect(own.reconstructionError).toBeCloseTo(Math.sqrt(square(levels.map((one) => one - 0.5))), 6);
  const means = [0, 1, 2, 3, 4, 5].map((p) =>
    levels.reduce((t, one, i) => t + (i % 6 === p ? one / 7 : 0), 0),
  );
  expect(own.pixelDeviation).toBeCloseTo(Math.sqrt(square(levels.map((one, i) => one - means[i % 6]!))), 9);
  // Where z is the image, to a hair, another's costs |x − x'|²/2σ² on average over all other images.
  const sharp = { runtime, ...linearGaussian(7, { lengths: [0.2, 0.2], sigma: 0.02 }) };
  const codes = await encodeSplit(sharp, sharp);
  const swapped = await measureFit(sharp, sharp, codes, { seed: 0 });
  expect(swapped.swapCost.count).toBe(7);
  expect(swapped.swapCost.mean).toBeGreaterThan(20);
});
