/** Metrics of factors on representations whose scores are known. */

import { beforeAll, describe, expect, it } from "vitest";
import { permutation } from "../../base/random.ts";
import type { Factors } from "../../data/index.ts";
import type { Posteriors } from "../../latent/index.ts";
import { computeMetrics, type MetricResult } from "./index.ts";
import { Draws } from "./sampling.ts";

/** disentanglement_lib's dummy data: ten independent factors of ten values, here 20 000 draws of them. */
const COUNT = 20_000;
const SIZE = 10;
const draws = new Draws(0, "test/factors");
const identity: Factors = {
  factors: Array.from({ length: SIZE }, (_, k) => ({
    name: `factor ${k}`,
    values: Array.from({ length: SIZE }, (_, level) => level),
  })),
  levels: Int32Array.from({ length: COUNT * SIZE }, () => draws.below(SIZE)),
  complete: false,
};

/** Codes made from each image's levels, with posteriors of standard deviation 0.05. */
function posteriorsOf(
  width: number,
  code: (levels: Int32Array, row: number) => ArrayLike<number>,
): Posteriors {
  const mean = new Float32Array(COUNT * width);
  for (let row = 0; row < COUNT; row++) {
    mean.set(code(identity.levels.subarray(row * SIZE, (row + 1) * SIZE), row), row * width);
  }
  return { count: COUNT, mean, logVariance: new Float32Array(mean.length).fill(2 * Math.log(0.05)) };
}

async function scoresOf(posteriors: Posteriors, metrics: readonly string[]) {
  const options = { metrics, train: 1000, test: 1000, replicates: 4, incomplete: true };
  const { results } = await computeMetrics(posteriors, { factors: identity }, options);
  return new Map(results.map((result) => [result.metric, result]));
}

const factorMetrics = [
  "beta-vae",
  "factor-vae",
  "mig",
  "mig-tc",
  "dci",
  "sap",
  "modularity",
  "explicitness",
  "irs",
];

describe("the factors themselves as codes", () => {
  let scores: Map<string, MetricResult>;
  beforeAll(async () => {
    scores = await scoresOf(
      posteriorsOf(SIZE, (levels) => levels),
      factorMetrics,
    );
  });
  it.each(["beta-vae", "factor-vae", "mig", "mig-tc", "dci", "modularity", "explicitness", "irs"])(
    "%s is high",
    (metric) => {
      expect(scores.get(metric)!.score).toBeGreaterThan(0.9);
      expect(scores.get(metric)!.score).toBeLessThanOrEqual(1);
    },
  );
  it("DCI completeness and SAP with factors as numbers are high", () => {
    expect(scores.get("dci")!.parts.completeness).toBeGreaterThan(0.9);
    expect(scores.get("sap")!.parts.continuous).toBeGreaterThan(0.9);
  });
  it("every interval holds its score and lies in [0, 1]", () => {
    for (const { score, interval } of scores.values()) {
      expect(interval.low).toBeLessThanOrEqual(score);
      expect(interval.high).toBeGreaterThanOrEqual(score);
      expect(interval.low).toBeGreaterThanOrEqual(0);
      expect(interval.high).toBeLessThanOrEqual(1);
    }
  });
  it("every result says what it is", () => {
    expect(scores.get("mig")).toMatchObject({
      metric: "mig",
      definition: expect.stringContaining("equal-width bins"),
      settings: { bins: 20, representation: "mean", factors: identity.factors.map(({ name }) => name) },
      samples: { train: 1000 },
      seed: 0,
      unit: "share",
      interval: { level: 0.95, replicates: 4, resampled: "samples" },
    });
  });
});

describe("constant codes", () => {
  let scores: Map<string, MetricResult>;
  beforeAll(async () => {
    scores = await scoresOf(
      posteriorsOf(SIZE, () => new Float32Array(SIZE).fill(0.3)),
      factorMetrics,
    );
  });
  it.each([
    ["factor-vae", 0],
    ["mig", 0],
    ["mig-tc", 0],
    ["dci", 0],
    ["sap", 0],
    ["modularity", 0],
    ["irs", 0],
    ["explicitness", 0.5],
  ])("%s is %d", (metric, wanted) => expect(scores.get(metric)!.score).toBeCloseTo(wanted, 9));
  it("beta-vae is at chance", () => expect(scores.get("beta-vae")!.score).toBeLessThan(0.15));
  it("without labels they are perfectly independent", async () => {
    const names = ["gaussian-tc", "wasserstein-correlation", "code-mutual-information"];
    const constant = await scoresOf(
      posteriorsOf(SIZE, () => new Float32Array(SIZE)),
      names,
    );
    for (const name of names) expect(constant.get(name)!.score).toBe(0);
  });
});

describe("every code twice", () => {
  let scores: Map<string, MetricResult>;
  beforeAll(async () => {
    const posteriors = posteriorsOf(2 * SIZE, (levels) => [...levels, ...levels]);
    scores = await scoresOf(posteriors, ["mig", "mig-tc", "sap", "dci", "modularity"]);
  });
  it("MIG and SAP are low", () => {
    expect(scores.get("mig")!.score).toBeLessThan(0.1);
    expect(scores.get("mig-tc")!.score).toBeLessThan(0.1);
    expect(scores.get("sap")!.score).toBeLessThan(0.2);
    expect(scores.get("sap")!.parts.continuous).toBeLessThan(0.2);
  });
  it("DCI disentanglement and modularity stay high, completeness falls to 1 − ln 2 / ln 10", () => {
    expect(scores.get("dci")!.score).toBeGreaterThan(0.9);
    expect(scores.get("modularity")!.score).toBeGreaterThan(0.9);
    const target = 1 - Math.log(2) / Math.log(10);
    expect(Math.abs((scores.get("dci")!.parts.completeness as number) - target)).toBeLessThan(0.1);
  });
});

it("factors permuted anew in each image: DCI and modularity are low", async () => {
  const posteriors = posteriorsOf(SIZE, (levels, step) => {
    const order = permutation(SIZE, { seed: 0, stream: "test", step });
    return Array.from(order, (k) => levels[k]!);
  });
  const dci = (await scoresOf(posteriors, ["dci"])).get("dci")!;
  expect(dci.score).toBeLessThan(0.2);
  expect(dci.parts.completeness).toBeLessThan(0.2);
  // As many samples as disentanglement_lib takes here: counting adds information where there is little.
  const options = { metrics: ["modularity"], train: 19_900, test: 100, replicates: 2, incomplete: true };
  const { results } = await computeMetrics(posteriors, { factors: identity }, options);
  expect(results[0]!.score).toBeLessThan(0.2);
});
