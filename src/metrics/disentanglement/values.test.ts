/** Whole metrics on data so small that each number can be found by hand: all 80 images of shape (2) × x (40). */

import { describe, expect, it } from "vitest";
import type { Columns } from "../../base/linear-algebra.ts";
import { FactorTable } from "./factor-table.ts";
import type { CodesInput, LabelInput, Measurement, Metric } from "./metric.ts";
import { protocol } from "./options.ts";
import { metrics } from "./registry.ts";
import { Draws } from "./sampling.ts";

const IMAGES = 80;
const rows = Uint32Array.from({ length: IMAGES }, (_, i) => i);
const shape = rows.map((i) => (i < 40 ? 0 : 1));
const x = rows.map((i) => i % 40);
const code = (value: (i: number) => number) => Float32Array.from(rows, value);

const grid = new FactorTable(
  {
    factors: [
      { name: "shape", values: [0, 1] },
      { name: "x", values: Array.from({ length: 40 }, (_, i) => i) },
    ],
    levels: Int32Array.from({ length: 2 * IMAGES }, (_, i) => (i % 2 === 0 ? shape : x)[Math.floor(i / 2)]!),
    complete: true,
  },
  protocol.parse({}),
);

/** Shape, and the half in which x is. */
const halves = new FactorTable(
  {
    factors: ["shape", "half"].map((name) => ({ name, values: [0, 1] })),
    levels: Int32Array.from({ length: 2 * IMAGES }, (_, i) => {
      const image = Math.floor(i / 2);
      return i % 2 === 0 ? shape[image]! : x[image]! < 20 ? 0 : 1;
    }),
    complete: true,
  },
  protocol.parse({}),
);

async function measure(
  name: string,
  codes: Columns,
  given: Partial<CodesInput> & Partial<Pick<LabelInput, "labels">> & { factors?: FactorTable } = {},
  options: Record<string, unknown> = {},
): Promise<Measurement> {
  const metric = metrics.find((one) => one.name === name)!;
  const input = {
    codes,
    posteriors: { mean: codes, logVariance: codes.map((column) => new Float32Array(column.length)) },
    train: rows,
    test: rows,
    seed: 1,
    replicates: 3,
    pause: async () => {},
    factors: grid,
    labels: { names: ["a", "b"], values: Int32Array.from(shape) },
    ...given,
  };
  return (metric as Extract<Metric, { needs: "factors" }>).measure(input, metric.options.parse(options));
}

/** x, shape, whether x is in the right half, and both of the last two at once. */
const codes = [
  code((i) => x[i]!),
  code((i) => shape[i]!),
  code((i) => (x[i]! < 20 ? 0 : 1)),
  code((i) => 2 * shape[i]! + (x[i]! < 20 ? 0 : 1)),
];
const information = [
  [0, Math.log(20)],
  [Math.LN2, 0],
  [0, Math.LN2],
  [Math.LN2, Math.LN2],
];
const close = (table: readonly (readonly number[])[]) =>
  table.map((row) => row.map((one) => expect.closeTo(one, 9)));

describe("information in 20 bins", () => {
  it("MIG: two of forty x's fall into a bin; shape has two codes and no gap", async () => {
    const { score, parts } = await measure("mig", codes);
    expect(parts.mutualInformation).toEqual(close(information));
    expect(parts.factorEntropies).toEqual(close([[Math.LN2, Math.log(40)]])[0]);
    const gap = (Math.log(20) - Math.LN2) / Math.log(40);
    expect(parts.perFactor).toEqual(close([[0, gap]])[0]);
    expect(score).toBeCloseTo(gap / 2, 9);
  });

  it("modularity: the last code knows of two factors alike", async () => {
    const { score, parts } = await measure("modularity", codes);
    expect(parts.mutualInformation).toEqual(close(information));
    expect(parts.perCode).toEqual(close([[1, 1, 1, 0]])[0]);
    expect(score).toBeCloseTo(0.75, 9);
  });

  it("codes of each other: ln 2 for four pairs of six", async () => {
    const { score, parts } = await measure("code-mutual-information", codes);
    // x–half, x–both, shape–both, half–both.
    expect(score).toBeCloseTo((4 * Math.LN2) / 6, 9);
    expect(parts).toEqual({});
    expect((await measure("code-mutual-information", codes.slice(0, 1))).score).toBe(0);
  });

  it("of the label", async () => {
    const { score, parts } = await measure("label-information", codes.slice(0, 2));
    expect(parts.perCode).toEqual(close([[0, Math.LN2]])[0]);
    expect(parts.labelEntropy).toBeCloseTo(Math.LN2, 9);
    expect(score).toBeCloseTo(Math.LN2, 9);
  });

  it("IRS: x moves by half a step within its bins of two", async () => {
    const { score, parts } = await measure("irs", codes.slice(0, 2));
    expect(parts.robustness).toEqual(
      close([
        [0, 1 - 0.5 / 19.5],
        [1, 0],
      ]),
    );
    expect(parts.perCode).toEqual(close([[1 - 0.5 / 19.5, 1]])[0]);
    // Weighted by the largest deviations, 19.5 and 0.5.
    expect(score).toBeCloseTo((19 + 0.5) / 20, 9);
  });
});

describe("dependence without labels", () => {
  const pair = [code((i) => x[i]!), code((i) => x[i]! + 10 * shape[i]!)];
  // Var x = (40² − 1)/12 and Var 10 shape = 25, over n − 1.
  const [first, added] = [(80 / 79) * (1599 / 12), (80 / 79) * 25];

  it("Gaussian total correlation is −½ ln(1 − ρ²)", async () => {
    const { score, parts } = await measure("gaussian-tc", pair);
    expect(parts.covariance).toEqual(
      close([
        [first, first],
        [first, first + added],
      ]),
    );
    expect(score).toBeCloseTo(-0.5 * Math.log(added / (first + added)), 9);
  });

  it("Wasserstein correlation, and its share of the variance", async () => {
    const { score, parts } = await measure("wasserstein-correlation", pair);
    // tr (D½ Σ D½)½ of a 2 × 2 matrix is √(tr + 2 √det).
    const [p, q] = [first, first + added];
    const root = Math.sqrt(p * p + q * q + 2 * Math.sqrt(p * q * (p * q - p * p)));
    expect(score).toBeCloseTo(2 * (p + q) - 2 * root, 6);
    expect(parts.normalised).toBeCloseTo(score / (p + q), 9);
  });
});

describe("classifiers", () => {
  it("SAP weighs classes by their frequency: 90 and 10 of a class at 0 and 1 are told apart", async () => {
    const levels = Int32Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : 1));
    const factors = new FactorTable(
      { factors: [{ name: "rare", values: [0, 1] }], levels, complete: true },
      protocol.parse({}),
    );
    const all = Uint32Array.from(levels, (_, i) => i);
    const given = { factors, train: all, test: all };
    // Each side weighs 0.01 · 100/2: the minimum of ½(w² + b²) + ½(1 + b)² + ½(1 − w − b)² is w = 0.6, b = −0.2, so 1
    // is on the positive side; with weights 0.9 and 0.1 it would not be. A constant code says "not rare".
    const { score, parts } = await measure("sap", [Float32Array.from(levels), new Float32Array(100)], given);
    expect(parts.accuracies).toEqual([[1], [0.9]]);
    expect(score).toBeCloseTo(0.1, 12);
    expect(parts.squaredCorrelations).toEqual(close([[1], [0]]));
    expect(parts.continuous).toBeCloseTo(1, 9);
  });

  it("explicitness: shape is read off one code, x off none", async () => {
    const { score, parts } = await measure("explicitness", [codes[1]!]);
    expect(parts.perFactor).toEqual([1, 0.5]);
    expect(score).toBe(0.75);
    expect(parts.train).toBe(0.75);
  });

  it("labels: five neighbours decide", async () => {
    expect((await measure("linear-probe", [codes[1]!])).score).toBe(1);
    // One of class b between five of class a, at the next place; four of b beyond.
    const values = Int32Array.of(0, 0, 1, 0, 0, 1, 1, 1, 1);
    const line = Float32Array.of(0, 1, 1.9, 3, 4, 10, 11, 12, 13);
    const all = Uint32Array.from(values, (_, i) => i);
    const labels = { names: ["a", "b", "c", "d"], values };
    const { score } = await measure("k-nn", [line], { labels, train: all, test: all });
    // Four a's and a b are nearest to each of the first five; of the last four, four b's are.
    expect(score).toBeCloseTo(8 / 9, 12);
  });
});

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

describe("the paper's votes", () => {
  it("FactorVAE: the code that is a factor wins its votes; a code below the least deviation takes no part", async () => {
    const still = code((i) => 0.04 * (i % 2 === 0 ? 1 : -1));
    const moving = code((i) => 0.06 * (i % 2 === 0 ? 1 : -1));
    const { score, parts } = await measure("factor-vae", [codes[0]!, codes[1]!, still]);
    expect(score).toBe(1);
    expect(parts).toMatchObject({ activeCodes: 2, trainAccuracy: 1 });
    const votes = parts.votes as number[][];
    expect(votes[0]![0]).toBe(0);
    expect(votes[1]![1]).toBe(0);
    expect(votes[2]).toEqual([0, 0]);
    expect(votes.flat().reduce((sum, one) => sum + one, 0)).toBe(IMAGES);
    expect((await measure("factor-vae", [codes[0]!, moving])).parts.activeCodes).toBe(2);
  });

  it("FactorVAE divides by each code's own variance: a wide code that moves little wins its factor", async () => {
    // Fixing shape leaves a code of variance 25 with 0.25, more than all of x at its scale has.
    const wide = code((i) => 10 * shape[i]! + (i % 2 === 0 ? 0.5 : -0.5));
    const { score } = await measure("factor-vae", [code((i) => x[i]! / 100), wide]);
    expect(score).toBe(1);
  });

  it("FactorVAE without an active code scores 0 and says why", async () => {
    expect(await measure("factor-vae", [new Float32Array(IMAGES)])).toMatchObject({
      score: 0,
      parts: { trainAccuracy: 0, activeCodes: 0, votes: [[0, 0]] },
      interval: { low: 0, high: 0, replicates: 0, resampled: "nothing: no active code" },
    });
  });

  it("β-VAE: two codes that are the factors", async () => {
    expect((await measure("beta-vae", codes.slice(0, 2))).score).toBe(1);
  });
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
  // The whole has a sample for each of the 40 levels, a quarter has not.
  await expect(measure("dci", two)).rejects.toThrow("20 samples for ");
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
