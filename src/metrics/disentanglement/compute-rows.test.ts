/** Which rows a metric learns from, which it is judged by, and what it draws. */

import { describe, expect, it } from "vitest";
import { permutation } from "../../base/random.ts";
import type { Posteriors } from "../../latent/index.ts";
import { computeMetrics } from "./index.ts";
import { Draws } from "./sampling.ts";

describe("rows to learn from and rows to judge by", () => {
  // Random labels and a code of their own for each image: what has seen an image knows its label, else nothing.
  const count = 600;
  const random = new Draws(5, "test/labels");
  const labels = { names: ["a", "b"], values: Int32Array.from({ length: count }, () => random.below(2)) };
  const place = permutation(count, { seed: 5, stream: "test/codes" });
  const posteriors: Posteriors = {
    count,
    mean: Float32Array.from(place),
    logVariance: new Float32Array(count),
  };
  // Every image five times at one place, so that its neighbours are itself.
  const five: Posteriors = {
    count: 5 * count,
    mean: Float32Array.from({ length: 5 * count }, (_, i) => posteriors.mean[i % count]!),
    logVariance: new Float32Array(5 * count),
  };
  const fiveLabels = {
    names: labels.names,
    values: Int32Array.from({ length: 5 * count }, (_, i) => labels.values[i % count]!),
  };
  const accuracy = async (given: Posteriors, truth: Parameters<typeof computeMetrics>[1]) => {
    const { results } = await computeMetrics(given, truth, { metrics: ["k-nn"], replicates: 2 });
    return results[0]!;
  };

  it("memorised random labels score at chance: no test row is among the training rows", async () => {
    for (const heldOutFrom of [undefined, 200]) {
      const { score, samples } = await accuracy(posteriors, { labels, heldOutFrom });
      expect(score).toBeLessThan(0.65);
      expect(samples).toEqual(heldOutFrom === 200 ? { train: 200, test: 400 } : { train: 400, test: 200 });
    }
  });

  it("learns from rows before heldOutFrom only", async () => {
    // Copies of every image on both sides of the border are remembered; with copies on one side only they are not.
    expect((await accuracy(five, { labels: fiveLabels, heldOutFrom: 4 * count })).score).toBe(1);
    const firstLabelWrong = fiveLabels.values.map((one, i) => (i < 4 * count ? 1 - one : one));
    const wrong = { names: labels.names, values: firstLabelWrong };
    expect((await accuracy(five, { labels: wrong, heldOutFrom: 4 * count })).score).toBe(0);
  });
});

it("one draw from each posterior is μ + σε, the same for the same seed", async () => {
  const count = 5000;
  const mean = new Float32Array(count).fill(3);
  const logVariance = new Float32Array(count).fill(Math.log(4));
  const posteriors = { count, mean, logVariance };
  const covarianceOf = async (seed: number) => {
    const options = { metrics: ["gaussian-tc"], representation: "sample", seed, replicates: 2 } as const;
    const { results } = await computeMetrics(posteriors, {}, options);
    expect(results[0]!.settings).toEqual({ representation: "sample" });
    return (results[0]!.parts.covariance as number[][])[0]![0]!;
  };
  // Var = 4; of 3333 draws it is off by 0.1 (one standard deviation).
  expect(Math.abs((await covarianceOf(1)) - 4)).toBeLessThan(0.4);
  expect(await covarianceOf(1)).toBe(await covarianceOf(1));
  expect(await covarianceOf(2)).not.toBe(await covarianceOf(1));
});

it("too few images for all samples: both sides shrink in proportion, and share none", async () => {
  const { results } = await scores90();
  expect(results.map(({ samples }) => samples)).toEqual([{ train: 60, test: 30 }]);
});

const scores90 = () =>
  computeMetrics(
    {
      count: 90,
      mean: Float32Array.from({ length: 90 }, (_, i) => i),
      logVariance: new Float32Array(90),
    },
    {
      factors: {
        factors: [{ name: "side", values: [0, 1] }],
        levels: Int32Array.from({ length: 90 }, (_, i) => (i < 45 ? 0 : 1)),
        complete: false,
      },
    },
    { metrics: ["explicitness"], incomplete: true, replicates: 2 },
  );
