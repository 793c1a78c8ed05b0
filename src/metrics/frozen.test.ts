/**
 * What a seed gives, number by number: results that were published with a version must come out of the next one, so
 * streams of random numbers, orders of drawing and defaults are pinned here (to six digits; `vitest -u` pins them anew).
 * That the numbers are right is shown elsewhere, by worked values and slow code.
 */

import { expect, it } from "vitest";
import { fillNormal } from "../base/random.ts";
import type { Factors } from "../data/index.ts";
import type { SplitPosteriors } from "../latent/index.ts";
import { createRuntime } from "../runtime/node.ts";
import {
  computeMetrics,
  computeUdr,
  decomposeKl,
  decompositionGrowth,
  fitGradientBoosting,
  kernelDistance,
  latentMeanings,
  type MetricOptions,
  type MetricResult,
  type UdrResult,
} from "./index.ts";

const COUNT = 144;
const noise = (stream: string, count: number): Float32Array => {
  const values = new Float32Array(count);
  fillNormal(values, { seed: 9, stream });
  return values;
};
/** Every combination of shape (2), size (3) and x (4) six times. */
const levelsOf = (i: number) => [i % 2, Math.floor(i / 2) % 3, Math.floor(i / 6) % 4];
const factors: Factors = {
  factors: ["shape", "size", "x"].map((name, k) => ({ name, values: [0, 1, 2, 3].slice(0, k + 2) })),
  levels: Int32Array.from({ length: 3 * COUNT }, (_, at) => levelsOf(Math.floor(at / 3))[at % 3]!),
  complete: true,
};
const labels = {
  names: ["a", "b", "c"],
  values: Int32Array.from({ length: COUNT }, (_, i) => (levelsOf(i)[1]! + (i % 11 === 0 ? 1 : 0)) % 3),
};
/** A code for size with some of x, one for x, one for shape under much noise, and one of noise. */
function posteriors(stream: string) {
  const blur = noise(stream, 4 * COUNT);
  const mean = Float32Array.from(blur, (one, at) => {
    const [shape, size, x] = levelsOf(at >> 2) as [number, number, number];
    return [size + 0.4 * x + 0.5 * one, x + 0.5 * one, shape + one, 0.6 * one][at % 4]!;
  });
  return { count: COUNT, mean, logVariance: noise(`${stream}/σ`, 4 * COUNT).map((one) => one / 2 - 3) };
}
const settings = {
  dci: { trees: 6, refits: 3, refitBins: 16 },
  "dci-es": { forestTrees: 4, refits: 2, depths: [1, 2, 4] },
  downstream: { sizes: [10, 40, 500], trees: 5 },
};
const options: MetricOptions = { train: 90, test: 70, replicates: 4, seed: 2, settings };

/** Lists of numbers in a line. */
const rounded = (value: unknown, digits: number): unknown => {
  if (typeof value === "number")
    return Number.isFinite(value) ? Number(value.toPrecision(digits)) : String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = [...(value as readonly unknown[])].map((one) => rounded(one, digits));
    return items.every((one) => typeof one === "number") ? items.join(" ") : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one, digits)]));
};
const pin = (value: unknown, digits = 6) => expect(rounded(value, digits)).toMatchSnapshot();
const pinAll = (results: readonly (MetricResult | UdrResult)[]) =>
  pin(
    results.map(({ metric, score, parts, interval, chance, samples, ...more }) => ({
      metric,
      numbers: [score, interval.low, interval.high, interval.replicates, chance?.score ?? 0],
      samples: Object.values(samples),
      parts,
      remarks: "remarks" in more ? more.remarks : [],
    })),
  );

it("all metrics, on a grid", async () => {
  const truth = { factors, labels, heldOutFrom: 100 };
  const { results, skipped } = await computeMetrics(posteriors("a"), truth, options);
  expect(skipped).toEqual([]);
  pinAll(results);
});

it("other learners, draws of the posteriors, and images that are no grid", async () => {
  const some = { ...factors, complete: false };
  const { results, skipped } = await computeMetrics(
    posteriors("a"),
    { factors: some, labels },
    {
      ...options,
      representation: "sample",
      continuous: ["x"],
      factorBins: 3,
      incomplete: true,
      metrics: ["factor-vae", "beta-vae", "mig", "mig-tc", "sap", "irs", "dci", "downstream", "linear-probe"],
      settings: { dci: { learner: "lasso", refits: 2 }, downstream: { learner: "logistic", sizes: [20] } },
    },
  );
  expect(skipped).toEqual([]);
  pinAll(results);
});

it("DCI by a forest", async () => {
  const own = { dci: { learner: "forest", trees: 5, refits: 2, forestDepth: 5 } };
  const asked = { ...options, metrics: ["dci"], continuous: ["x"], settings: own };
  const { results } = await computeMetrics(posteriors("a"), { factors }, asked);
  pinAll(results);
});

it.each(["lasso", "spearman"] as const)("UDR by %s", async (relation) => {
  const models = ["a", "b", "c"].map(posteriors);
  pinAll(await computeUdr(models, { relation, replicates: 3, seed: 4 }));
});

it("boosted trees that decide between twins by chance", () => {
  const x = Float64Array.from(noise("x", 80));
  const y = Int32Array.from(x, (one) => (one > 0.3 ? 1 : one > -0.5 ? 2 : 0));
  const twins = [x, x.map((one) => 2 * one), x.map((one) => one + 1)];
  pin(
    fitGradientBoosting(twins, y, { stages: 9, depth: 2, learningRate: 0.2, bins: 12, seed: 5 }).importances,
  );
});

it("the decomposition of the KL, and how it moves with N", async () => {
  const { count, mean, logVariance } = posteriors("a");
  const each = Float64Array.from(
    mean,
    (one, i) => 0.5 * (one ** 2 + Math.exp(logVariance[i]!) - logVariance[i]! - 1),
  );
  const kl = Float64Array.from({ length: count }, (_, i) =>
    each.subarray(4 * i, 4 * i + 4).reduce((sum, one) => sum + one, 0),
  );
  const whole: SplitPosteriors = {
    count,
    latentDim: 4,
    mean,
    logVariance,
    kl,
    klPerDimension: [0, 1, 2, 3].map((d) =>
      each.reduce((sum, one, i) => sum + (i % 4 === d ? one / count : 0), 0),
    ),
  };
  const runtime = await createRuntime({ threads: 1 });
  pin(await decomposeKl(runtime, whole, { seed: 3, draws: 50 }), 4);
  pin(await decompositionGrowth(runtime, whole, { seed: 3, draws: 60 }), 4);
});

it("subsets of the kernel distance", async () => {
  const set = (stream: string) => ({ count: 30, dimensions: 3, values: noise(stream, 90) });
  pin(await kernelDistance(set("a"), set("b"), { seed: 6, subsets: 7, largest: 12 }));
});

it("what latents are said to mean, from clear to hardly seen", () => {
  const [first, second] = [noise("first", COUNT), noise("second", COUNT)];
  const codes = [0.1, 0.3, 0.6, 1, 1.5, 2, 3, 5].flatMap((much) => [
    Float64Array.from(first, (one, i) => levelsOf(i)[2]! + much * one),
    Float64Array.from(second, (one, i) => [0, 3, 1][levelsOf(i)[1]!]! - levelsOf(i)[2]! / 2 + much * one),
  ]);
  const kinds = factors.factors.map((factor, k) => ({
    ...factor,
    ...(k === 1 && { kind: "categorical" as const }),
  }));
  const known = { factors: { ...factors, factors: kinds, complete: false }, labels };
  pin(
    latentMeanings(
      codes,
      codes.map((_, d) => (d === 3 ? 0.00999 : 0.01)),
      known,
    ).map(({ associations }) =>
      associations.map(({ factor, rho = 0, share }) => `${factor} ${rho.toFixed(4)} ${share.toFixed(4)}`),
    ),
  );
});
