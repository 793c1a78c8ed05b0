/** Whole metrics on data so small that each number can be found by hand: all 80 images of shape (2) × x (40). */

import { describe, expect, it } from "vitest";
import {
  close,
  code,
  codes,
  IMAGES,
  information,
  measure,
  shape,
  x,
} from "../../../test/helpers/measured-codes.ts";
import { FactorTable } from "./factor-table.ts";
import { protocol } from "./options.ts";

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
