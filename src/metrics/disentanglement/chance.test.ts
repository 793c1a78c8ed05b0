/** What codes score that know nothing, and which scores are no better. */

import { expect, it } from "vitest";
import { computeMetrics, isAtChance, type MetricResult } from "./index.ts";
import { metrics as registry } from "./registry.ts";
import { Draws } from "./sampling.ts";

const COUNT = 3000;
const draws = new Draws(3, "test/chance");
const shape = Int32Array.from({ length: COUNT }, () => draws.below(4));
const place = Int32Array.from({ length: COUNT }, () => draws.below(5));
const uniform = () => draws.below(1_000_000) / 1_000_000;
const truth = {
  factors: {
    factors: [
      { name: "shape", values: [0, 1, 2, 3] },
      { name: "place", values: [0, 1, 2, 3, 4] },
    ],
    levels: Int32Array.from({ length: 2 * COUNT }, (_, i) => (i % 2 === 0 ? shape[i >> 1]! : place[i >> 1]!)),
    complete: false,
  },
  // 70 % of one class.
  labels: { names: ["a", "b"], values: Int32Array.from({ length: COUNT }, (_, i) => (i % 10 < 7 ? 0 : 1)) },
};

async function measure(metrics: readonly string[], code: (row: number) => readonly [number, number]) {
  const mean = Float32Array.from({ length: 2 * COUNT }, (_, i) => code(i >> 1)[i % 2]!);
  const posteriors = { count: COUNT, mean, logVariance: new Float32Array(2 * COUNT).fill(-2) };
  const options = { metrics, train: 2000, test: 1000, replicates: 20, incomplete: true };
  const { results } = await computeMetrics(posteriors, truth, options);
  return new Map(results.map((result) => [result.metric, result]));
}

const atChance = ({ interval, better, chance }: MetricResult) => isAtChance(interval, better, chance!.score);
const cheap = [
  ...["beta-vae", "factor-vae", "mig", "sap", "modularity", "explicitness", "irs"],
  ...["info-modularity", "info-explicitness", "label-information", "linear-probe", "k-nn"],
];

it("of noise: by the definition where there is a closed form, else that of other images' codes", async () => {
  const noise = await measure(cheap, () => [uniform(), uniform()]);
  const closed = { "beta-vae": 1 / 2, "factor-vae": 1 / 2, explicitness: 0.5 };
  for (const [name, score] of Object.entries(closed))
    expect(noise.get(name)!.chance).toEqual({ score, from: "definition" });
  const { score, from } = noise.get("linear-probe")!.chance!;
  expect([from, Math.abs(score - 0.7) < 0.04]).toEqual(["definition", true]);
  // Counting gives (20 − 1)(2 − 1)/2N nats to each code, N = 2000; the largest of two such numbers is a little more.
  const counted = noise.get("label-information")!.chance!;
  expect(counted.from).toBe("permuted codes");
  expect(counted.score / (19 / 4000)).toBeGreaterThan(0.8);
  expect(counted.score / (19 / 4000)).toBeLessThan(1.8);
  // Five neighbours of whom 70 % are a's vote for a: in 83.7 % of cases, of which 70 % are right.
  expect(noise.get("k-nn")!.chance!.score).toBeCloseTo(0.837 * 0.7 + 0.163 * 0.3, 1);
  const better = cheap.filter((name) => !atChance(noise.get(name)!));
  expect(better).toEqual([]);
});

it("codes that are the factors are better than chance", async () => {
  const names = ["beta-vae", "factor-vae", "mig", "sap", "explicitness", "info-modularity"];
  const known = await measure(names, (row) => [shape[row]!, place[row]!]);
  expect(names.filter((name) => atChance(known.get(name)!))).toEqual([]);
});

it("codes alone have no chance level; every other metric that ships has one", async () => {
  const independent = await measure(["gaussian-tc"], () => [uniform(), uniform()]);
  expect(independent.get("gaussian-tc")).not.toHaveProperty("chance");
  for (const { name, needs, chance } of registry.map((one) => ({ chance: undefined, ...one })))
    expect([name, chance === undefined]).toEqual([name, needs === "codes"]);
});

it("which side of chance is the better one", () => {
  expect(isAtChance({ low: 0.4, high: 0.6 }, "higher", 0.5)).toBe(true);
  expect(isAtChance({ low: 0.51, high: 0.6 }, "higher", 0.5)).toBe(false);
  expect(isAtChance({ low: 0.1, high: 0.5 }, "lower", 0.5)).toBe(true);
  expect(isAtChance({ low: 0.1, high: 0.49 }, "lower", 0.5)).toBe(false);
});
