/** What the shells around the cores do: which rows they learn from and judge by, what they leave out, what they record. */

import { describe, expect, it } from "vitest";
import {
  code,
  codes,
  halves,
  IMAGES,
  measure,
  rows,
  shape,
  x,
} from "../../../test/helpers/measured-codes.ts";
import { FactorTable } from "./factor-table.ts";
import type { LabelInput, Measurement } from "./metric.ts";
import { protocol } from "./options.ts";
import { metrics } from "./registry.ts";
import { Draws } from "./sampling.ts";

describe("what is learnt on the training rows is judged on the others", () => {
  /** Codes that are the factors in the first 40 pairs of the grid's images, and noise in the rest. */
  const [train, test] = [rows.filter((i) => i % 4 < 2), rows.filter((i) => i % 4 >= 2).reverse()];
  const noisy = (truth: Uint32Array) =>
    Float32Array.from(rows, (i) => (i % 4 < 2 ? truth[i]! : (i * 7919) % 2));
  const binary = new FactorTable(
    {
      factors: [
        { name: "shape", values: [0, 1] },
        { name: "even", values: [0, 1] },
      ],
      levels: Int32Array.from({ length: 2 * IMAGES }, (_, i) => {
        const image = Math.floor(i / 2);
        return i % 2 === 0 ? shape[image]! : image % 2;
      }),
      complete: true,
    },
    protocol.parse({}),
  );
  const given = {
    factors: binary,
    train,
    test,
    labels: { names: ["a", "b"], values: Int32Array.from(shape) },
  };
  const judged = [
    noisy(shape),
    noisy(rows.map((i) => i % 2)).map((one, i) => (i % 4 < 2 ? one : i % 8 < 4 ? 1 : 0)),
  ];

  it("DCI: informativeness is that of the test rows", async () => {
    const { parts } = await measure("dci", judged, given);
    expect(parts.informativenessTrain).toBe(1);
    expect(parts.informativeness).toBeLessThan(0.7);
    expect(parts.informativenessPerFactor).toHaveLength(2);
  });

  it("explicitness", async () => {
    const { score, parts } = await measure("explicitness", judged, given);
    expect(parts.train).toBe(1);
    expect(score).toBeLessThan(0.7);
  });

  it.each(["sap", "linear-probe", "k-nn"])("%s", async (name) => {
    const whole = (given: Partial<LabelInput>) => measure(name, judged, { ...given, factors: binary });
    const held = await whole(given);
    const trained = await whole({ ...given, test: train });
    const accuracy = ({ score, parts }: Measurement) =>
      (parts.accuracies as number[][] | undefined)?.[0]?.[0] ?? score;
    expect(accuracy(trained)).toBe(1);
    expect(accuracy(held)).toBeLessThan(0.7);
    expect(held.samples).toEqual({ train: 40, test: 40 });
  });

  it.each(["factor-vae", "beta-vae"])(
    "%s: fresh draws, so that few to learn from are not enough",
    async (name) => {
      const draws = new Draws(1, "noise");
      const noise = Array.from({ length: 60 }, () => code(() => draws.below(1000) / 500));
      const few = rows.slice(0, 12);
      const { score, parts } = await measure(name, noise, { train: few, test: rows, factors: binary });
      expect(parts.trainAccuracy as number).toBeGreaterThan(score + 0.1);
    },
  );
});

it("DCI refits ten times, on a quarter of the training samples, and stops for each factor between", async () => {
  let pauses = 0;
  const two = codes.slice(0, 2);
  const shapes = new FactorTable(
    {
      factors: ["shape", "again"].map((name) => ({ name, values: [0, 1] })),
      levels: Int32Array.from({ length: 2 * IMAGES }, (_, i) => shape[Math.floor(i / 2)]!),
      complete: true,
    },
    protocol.parse({}),
  );
  const pause = async () => void pauses++;
  const { interval } = await measure("dci", two, { factors: shapes, replicates: 200, pause });
  expect(interval.replicates).toBe(10);
  expect(pauses).toBe(2 + 10 * (1 + 2));
  // The whole has a sample for each of the 40 levels; a quarter has not, and learns those that it has.
  const ofAll = await measure("dci", two, { replicates: 20 });
  expect(ofAll.interval.replicates).toBe(10);
  expect(ofAll.interval.low).toBeLessThan(ofAll.score);
});

it("InfoMEC leaves out a code that moves by less than a twentieth of the widest; of one code nothing is compact", async () => {
  // x moves by 39, shape by 1; by 2 it takes part.
  const two = codes.slice(0, 2);
  expect((await measure("info-modularity", two, { factors: halves })).parts.activeCodes).toBe(1);
  await expect(measure("info-compactness", two, { factors: halves })).rejects.toThrow("of 1 active code");
  const wider = [two[0]!, two[1]!.map((one) => 2 * one)];
  const { score, parts } = await measure("info-compactness", wider, { factors: halves });
  expect(parts.activeCodes).toBe(2);
  expect(score).toBeGreaterThan(0.9);
});

it("downstream: sizes that there are samples for, each measured; the efficiency needs 100 and 10 000", async () => {
  const two = codes.slice(0, 2);
  const binary = { factors: halves, replicates: 2 };
  const { score, parts, remarks } = await measure("downstream", two, binary, {
    sizes: [200, 40, 10],
    trees: 5,
  });
  expect(parts.sizes).toEqual([10, 40]);
  // The first forty rows are of one shape: nothing else is predicted, and half are the other.
  expect(parts.perFactor).toEqual([
    [0.5, expect.any(Number)],
    [0.5, 1],
  ]);
  expect(score).toBe(0.75);
  expect(remarks).toEqual([
    expect.stringMatching(/^10 samples: 0\.\d{3}, 40 samples: 0\.750$/),
    "no efficiency: it needs 100 and 10 000 samples, and 200 are more than the 80 there are",
  ]);
  const many = Uint32Array.from({ length: 10_000 }, (_, i) => i % IMAGES);
  const whole = await measure(
    "downstream",
    two,
    { ...binary, train: many },
    { sizes: [100, 10_000], trees: 2 },
  );
  expect(whole.parts.efficiency).toBe(1);
  expect(whole.remarks).toEqual(["100 samples: 1.000, 10000 samples: 1.000", "efficiency 1.000"]);
});

it("every metric records its settings and samples", async () => {
  const label = { names: ["a", "b"], values: Int32Array.from(shape) };
  const binary = new FactorTable(
    {
      factors: [
        { name: "shape", values: [0, 1] },
        { name: "half", values: [0, 1] },
      ],
      levels: Int32Array.from(
        { length: 2 * IMAGES },
        (_, i) => ((i % 2 === 0 ? shape : x)[Math.floor(i / 2)]! % 20) % 2,
      ),
      complete: true,
    },
    protocol.parse({}),
  );
  const linear = { C: 1 };
  const both = { train: 80, test: 80 };
  const range = "samples";
  const kept = "test samples, classifiers kept";
  const wanted: Record<string, [object, object, string]> = {
    "beta-vae": [{ batch: 64, C: 1 }, both, "test points, classifier kept"],
    "factor-vae": [
      { batch: 64, leastDeviation: 0.05 },
      { variance: 80, ...both },
      "test votes, majority rule kept",
    ],
    mig: [{ bins: 20 }, { train: 80 }, range],
    dci: [{ learner: "boosting", trees: 100, refits: 10 }, both, "training samples, boosting refitted"],
    sap: [{ C: 0.01, balanced: true }, both, kept],
    modularity: [{ bins: 20 }, { train: 80 }, range],
    explicitness: [linear, both, kept],
    irs: [{ quantile: 0.99, bins: 20 }, { train: 80 }, range],
    "info-modularity": [{ neighbours: 10 }, { train: 80 }, "halves of the samples"],
    "info-explicitness": [{ iterations: 100 }, { train: 80 }, "samples, regressions kept"],
    "dci-es": [{ forestTrees: 100 }, both, "training samples, forests grown again"],
    downstream: [{ learner: "boosting" }, { train: 10, test: 80 }, kept],
    "gaussian-tc": [{}, { train: 80 }, range],
    "wasserstein-correlation": [{}, { train: 80 }, range],
    "code-mutual-information": [{ bins: 20 }, { train: 80 }, range],
    "label-information": [{ bins: 20 }, { train: 80 }, range],
    "linear-probe": [linear, both, kept],
    "k-nn": [{ neighbours: 5 }, both, kept],
  };
  for (const [name, [settings, samples, resampled]] of Object.entries(wanted)) {
    const measured = await measure(name, codes.slice(0, 2), { labels: label, factors: binary });
    expect({ name, ...measured }).toMatchObject({ name, samples, interval: { replicates: 3, resampled } });
    expect({ name, settings: metrics.find((one) => one.name === name)!.options.parse({}) }).toMatchObject({
      name,
      settings,
    });
  }
});
