/** Every default and bound of the metrics' options, by value, and how their work says where it is. */

import { describe, expect, it, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import type { Posteriors } from "../latent/index.ts";
import { squaredCorrelation } from "./disentanglement/sap.ts";
import { computeUdr, fitLasso, measureCodes, metrics, protocol, udrOptions } from "./index.ts";
import { LogSum } from "./likelihood/statistics.ts";

type Options = Readonly<Record<string, unknown>>;

const boosting = { trees: 100, depth: 3, learningRate: 0.1, bins: 1024 };
const defaults: Readonly<Record<string, Options>> = {
  "beta-vae": { batch: 64, C: 1 },
  "factor-vae": { batch: 64, leastDeviation: 0.05 },
  mig: { bins: 20 },
  "mig-tc": { exclude: ["shape"] },
  dci: {
    learner: "boosting",
    ...boosting,
    forestDepth: 64,
    alpha: 0.02,
    refits: 10,
    refitShare: 0.25,
    refitBins: 256,
  },
  "dci-es": {
    depths: [1, 2, 3, 4, 8, 10, 12, 14, 16, 18, 20, 32],
    forestTrees: 100,
    refits: 10,
    refitShare: 0.25,
  },
  sap: { C: 0.01, balanced: true },
  modularity: { bins: 20 },
  explicitness: { C: 1 },
  irs: { bins: 20, quantile: 0.99 },
  "info-modularity": { neighbours: 10, leastRange: 0.05, refits: 10 },
  "info-compactness": { neighbours: 10, leastRange: 0.05, refits: 10 },
  "info-explicitness": { iterations: 100 },
  downstream: { sizes: [10, 100, 1000, 10_000], learner: "boosting", ...boosting },
  "gaussian-tc": {},
  "wasserstein-correlation": {},
  "code-mutual-information": { bins: 20 },
  "label-information": { bins: 20 },
  "linear-probe": { C: 1 },
  "k-nn": { neighbours: 5 },
};

test("every default", () => {
  expect(Object.fromEntries(metrics.map(({ name, options }) => [name, options.parse({})]))).toEqual(defaults);
  expect(protocol.parse({})).toEqual({
    representation: "mean",
    train: 10_000,
    test: 5000,
    replicates: 200,
    incomplete: false,
    continuous: [],
    factorBins: 20,
  });
  expect(udrOptions.parse({})).toEqual({
    images: 1000,
    relation: "lasso",
    alpha: 0.1,
    leastKl: 0.01,
    replicates: 50,
    seed: 0,
  });
});

describe("bounds, each the last value that is taken and one that is not", () => {
  const accepts = (name: string, options: Options) =>
    (name === "protocol"
      ? protocol
      : name === "udr"
        ? udrOptions
        : metrics.find((one) => one.name === name)!.options
    ).safeParse(options).success;
  it.each([
    ["mig", "bins", 2, 1],
    ["mig", "bins", 1000, 1001],
    ["beta-vae", "batch", 2, 1],
    ["beta-vae", "batch", 10_000, 10_001],
    ["explicitness", "C", 1e-9, 0],
    ["sap", "C", 1e-9, 0],
    ["factor-vae", "leastDeviation", 0, -1e-9],
    ["dci", "trees", 1, 0],
    ["dci", "depth", 1, 0],
    ["dci", "depth", 16, 17],
    ["dci", "learningRate", 1, 1.01],
    ["dci", "learningRate", 1e-9, 0],
    ["dci", "bins", 2, 1],
    ["dci", "bins", 65_536, 65_537],
    ["dci", "refitShare", 1, 1.01],
    ["dci", "refitShare", 1e-9, 0],
    ["k-nn", "neighbours", 1, 0],
    ["irs", "quantile", 0.5, 1.01],
    ["irs", "quantile", 1, 0],
    ["info-modularity", "leastRange", 0, -0.01],
    ["info-modularity", "leastRange", 1, 1.01],
    ["info-modularity", "neighbours", 1, 0],
    ["info-explicitness", "iterations", 1, 0],
    ["dci", "forestDepth", 64, 65],
    ["dci", "alpha", 0, -0.01],
    ["dci", "forestDepth", 1, 0],
    ["dci", "refits", 2, 1],
    ["dci", "refitBins", 2, 1],
    ["dci-es", "refitShare", 1, 1.01],
    ["dci-es", "refitShare", 1e-9, 0],
    ["dci-es", "refits", 2, 1],
    ["dci-es", "forestTrees", 1, 0],
    ["dci-es", "depths", [1, 64], [1, 65]],
    ["dci-es", "depths", [1, 2], [0, 2]],
    ["dci-es", "depths", [1, 2], [2]],
    ["info-modularity", "refits", 2, 1],
    ["downstream", "sizes", [2], [1]],
    ["downstream", "sizes", [10], []],
    ["protocol", "train", 2, 1],
    ["protocol", "test", 1, 0],
    ["protocol", "replicates", 2, 1],
    ["protocol", "factorBins", 2, 1],
    ["protocol", "factorBins", 1000, 1001],
    ["udr", "images", 2, 1],
    ["udr", "alpha", 0, -1e-9],
    ["udr", "leastKl", 0, -1e-9],
    ["udr", "replicates", 2, 1],
    ["udr", "seed", 0, -1],
  ] as const)("%s.%s: %o, not %o", (name, key, taken, refused) => {
    expect([accepts(name, { [key]: taken }), accepts(name, { [key]: refused })]).toEqual([true, false]);
  });
});

describe("progress", () => {
  const codes = Array.from({ length: 16 }, (_, i) => [i % 4, i >> 2]);
  const factors = { x: codes.map(([x]) => x!), y: codes.map(([, y]) => y!) };

  it("counts metrics", async () => {
    const seen: unknown[] = [];
    const given = { codes, factors, metrics: ["mig", "modularity"], train: 100, test: 50, replicates: 2 };
    await measureCodes({ ...given, onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([
      { stage: "measuring mig", done: 0, total: 2 },
      { stage: "measuring modularity", done: 1, total: 2 },
    ]);
  });

  it("counts UDR's replicates, from 0", async () => {
    const mean = Float32Array.of(1, 1, 1, -1, -1, 1, -1, -1);
    const model: Posteriors = { count: 4, mean, logVariance: new Float32Array(8) };
    const seen: number[] = [];
    await computeUdr([model, { ...model }], { replicates: 3 }, { onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([0, 1, 2]);
  });
});

test("UDR's defaults: 50 replicates of seed 0", async () => {
  const mean = Float32Array.of(1, 1, 1, -1, -1, 1, -1, -1);
  const model: Posteriors = { count: 4, mean, logVariance: new Float32Array(8) };
  const [first] = await computeUdr([model, { ...model }]);
  expect(first).toMatchObject({
    seed: 0,
    interval: { replicates: 50 },
    settings: { relation: "lasso", alpha: 0.1, leastKl: 0.01 },
  });
});

test("codes without any image are refused, as is a flat array without its width", async () => {
  await failure("data", () => measureCodes({ codes: [], factors: {} }));
  const { message } = await failure("shape", () =>
    measureCodes({ codes: new Float32Array(6), latentDim: 4, factors: {} }),
  );
  expect(message).toContain("latentDim is 4");
});

test("a squared correlation with a factor that is constant is 0", () => {
  expect(squaredCorrelation([1, 2, 3], [4, 4, 4])).toBe(0);
});

test("one pass of the lasso solves a single feature: soft-thresholded least squares", () => {
  const x = Float64Array.of(-1, 0, 1);
  const [coefficients] = fitLasso([x], [x.map((one) => 3 * one)], { alpha: 0.5, maxPasses: 1 });
  // Σx²/n = 2/3: (2 − 0.5)·3/2.
  expect(coefficients![0]).toBeCloseTo(2.25, 12);
});

test("a sum of logarithms starts again after reset", () => {
  const sum = new LogSum();
  for (const x of [1000, 1000, 999]) sum.add(x);
  expect(sum.value).toBeCloseTo(1000 + Math.log(2 + Math.exp(-1)), 9);
  sum.reset();
  expect(sum.value).toBe(Number.NEGATIVE_INFINITY);
  for (const x of [-5, -4]) sum.add(x);
  expect(sum.value).toBeCloseTo(Math.log(Math.exp(-5) + Math.exp(-4)), 12);
});
