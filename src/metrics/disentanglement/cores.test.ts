/** The pure cores: exact values, most of them those of disentanglement_lib's own tests. */

import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { fillNormal } from "../../base/random.ts";
import { completenessOf, disentanglementOf } from "./dci.ts";
import { areaUnderRoc } from "./explicitness.ts";
import { gaussianTotalCorrelation } from "./gaussian-tc.ts";
import { discretize, entropy, mutualInformation } from "./information.ts";
import { robustnessOf } from "./irs.ts";
import { marginalEntropies } from "./marginal-entropies.ts";
import { informationGap } from "./mig.ts";
import { modularityOf } from "./modularity.ts";
import { quantile } from "./quantile.ts";
import { separationOf, squaredCorrelation } from "./sap.ts";
import { relativeStrength } from "./udr.ts";
import { gaussianWassersteinCorrelation } from "./wasserstein-correlation.ts";

const diagonal = (size: number, value = 5): number[][] =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? value : 0)));
const zeros = (size: number): number[][] => diagonal(size, 0);
const besides = (rows: readonly number[][]): number[][] => rows.map((row) => [...row, ...row]);

const shapes = {
  diagonal: diagonal(5),
  "empty codes": [
    [1, 0],
    [0, 1],
    [0, 0],
  ],
  zero: zeros(10),
  "redundant codes": [...diagonal(5), ...diagonal(5)],
  "missed factors": diagonal(5).slice(0, 2),
  "one code, two factors": besides(diagonal(5)),
};
const half = 1 - Math.log(2) / Math.log(10);

describe.each([
  ["diagonal", 1, 1, 1],
  ["empty codes", 1, 1, 2 / 3],
  ["zero", 0, 0, 0],
  ["redundant codes", 1, half, 1],
  ["missed factors", 1, 1, 1],
  ["one code, two factors", half, 1, 1 - 1 / 9],
] as const)("importances: %s", (shape, disentanglement, completeness, modularity) => {
  it("DCI disentanglement", () => expect(disentanglementOf(shapes[shape])).toBeCloseTo(disentanglement, 7));
  it("DCI completeness", () => expect(completenessOf(shapes[shape])).toBeCloseTo(completeness, 7));
  it("modularity", () => expect(modularityOf(shapes[shape]).score).toBeCloseTo(modularity, 12));
});

it("DCI and modularity refuse a single factor; completeness of a single code is full", async () => {
  await failure("data", () => disentanglementOf([[1], [0]]));
  await failure("data", () => modularityOf([[1], [0]]));
  expect(completenessOf([[1, 2]])).toBe(1);
});

describe("information", () => {
  it("discretises into equal-width bins numbered from 1", () => {
    expect([...discretize([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 3)]).toEqual([1, 1, 2, 2, 3, 3]);
    expect([...discretize([7, 7], 20)]).toEqual([1, 1]);
  });

  it("puts whole numbers of a 20-level factor into 20 bins", () => {
    const levels = Array.from({ length: 20 }, (_, i) => i);
    expect([...discretize(levels, 20)]).toEqual(levels.map((level) => level + 1));
  });

  it("mutual information of the same is the entropy, of the independent 0", () => {
    const [a, b] = [Int32Array.of(1, 2, 1, 2), Int32Array.of(2, 2, 1, 1)];
    expect(mutualInformation(a, a)).toBeCloseTo(Math.log(2), 12);
    expect(mutualInformation(a, b)).toBeCloseTo(0, 12);
  });

  it.each([
    ["shape", 3, 1.0986],
    ["scale", 6, 1.7918],
    ["orientation", 40, 3.6889],
    ["x", 32, 3.4657],
    ["y", 32, 3.4657],
  ])("entropy of dSprites' %s", (_, size, nats) => {
    const levels = Int32Array.from({ length: size * 7 }, (_, i) => i % size);
    expect(entropy(levels)).toBeCloseTo(nats, 4);
  });
});

it("MIG is the gap between the first and the second, over the entropy", () => {
  const information = [
    [0.9, 0.1],
    [0.3, 0.5],
    [0.0, 0.5],
  ];
  expect(informationGap(information, [1.2, 1]).perFactor).toEqual([expect.closeTo(0.5, 12), 0]);
  expect(informationGap([[0.6, 0.4]], [1.2, 1]).score).toBeCloseTo(0.45, 12);
});

it("SAP is the gap between the first and the second", () => {
  expect(
    separationOf([
      [0.9, 0.2],
      [0.4, 0.2],
    ]),
  ).toBeCloseTo(0.25, 12);
  expect(separationOf([[0.7, 0.2]])).toBeCloseTo(0.45, 12);
  expect(squaredCorrelation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(squaredCorrelation([1, 2, 3, 4], [1, -1, -1, 1])).toBeCloseTo(0, 12);
  expect(squaredCorrelation([5, 5], [1, 2])).toBe(0);
});

describe("UDR's relative strength", () => {
  const block = [
    [1, 1, 0],
    [1, 1, 0],
    [0, 0, 1],
  ];
  it.each([
    ["identity", diagonal(3, 1), 1],
    ["a block of two", block, 2 / 3],
    ["all ones", [1, 2, 3].map(() => [1, 1, 1]), 1 / 3],
    ["zeros", zeros(3), 0],
    ["no active code", [], 0],
  ])("%s", (_, matrix, wanted) => expect(relativeStrength(matrix)).toBeCloseTo(wanted, 12));
});

describe("areas and quantiles", () => {
  it("ROC: ordered, reversed, draws, one class", () => {
    const positive = Uint8Array.of(0, 0, 1, 1);
    expect(areaUnderRoc(Float64Array.of(1, 2, 3, 4), positive)).toBe(1);
    expect(areaUnderRoc(Float64Array.of(4, 3, 2, 1), positive)).toBe(0);
    expect(areaUnderRoc(Float64Array.of(1, 1, 1, 1), positive)).toBe(0.5);
    expect(areaUnderRoc(Float64Array.of(1, 3, 2, 4), positive)).toBe(0.75);
    expect(areaUnderRoc(Float64Array.of(1, 2), Uint8Array.of(0, 0))).toBeUndefined();
  });

  it("quantiles interpolate as numpy's do", () => {
    const values = () => Float64Array.of(9, 1, 4, 7, 3, 3);
    expect(quantile(values(), 0.5)).toBe(3.5);
    expect(quantile(values(), 1)).toBe(9);
    expect(quantile(values(), 0)).toBe(1);
    expect(quantile(values(), 0.99)).toBeCloseTo(8.9, 12);
    expect(quantile(Float64Array.of(2), 0.99)).toBe(2);
  });
});

describe("IRS", () => {
  it("is 1 where a code is a function of one factor, and weighs codes by how far they move", () => {
    const factor = Int32Array.from({ length: 100 }, (_, i) => i % 10);
    const other = Int32Array.from({ length: 100 }, (_, i) => Math.floor(i / 10));
    const { score, matrix } = robustnessOf([Float64Array.from(factor)], [factor, other], 0.99);
    expect(matrix[0]![0]).toBe(1);
    expect(matrix[0]![1]).toBeCloseTo(0, 12);
    expect(score).toBe(1);
  });

  it("of constant codes is 0", () => {
    expect(
      robustnessOf([new Float32Array(10).fill(0.1)], [Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1, 0, 1)], 0.99)
        .score,
    ).toBe(0);
  });
});

describe("Gaussian dependence", () => {
  const pair = (correlation: number, scale = 1) => [
    [1, correlation * scale],
    [correlation * scale, scale * scale],
  ];

  it("total correlation of two is −½ ln(1 − ρ²), whatever their scales", () => {
    expect(gaussianTotalCorrelation(pair(0.6))).toBeCloseTo(-0.5 * Math.log(0.64), 12);
    expect(gaussianTotalCorrelation(pair(0.6, 1000))).toBeCloseTo(-0.5 * Math.log(0.64), 9);
    expect(gaussianTotalCorrelation(diagonal(4))).toBe(0);
  });

  it("total correlation leaves constant codes out; of copies it is infinite", () => {
    expect(
      gaussianTotalCorrelation([
        [0, 0, 0],
        [0, 1, 0.6],
        [0, 0.6, 1],
      ]),
    ).toBeCloseTo(0.2231435513, 9);
    expect(gaussianTotalCorrelation(pair(1))).toBe(Number.POSITIVE_INFINITY);
    expect(gaussianTotalCorrelation(zeros(3))).toBe(0);
  });

  it("Wasserstein correlation of two unit variances is 4 − 2(√(1+ρ) + √(1−ρ))", () => {
    const wanted = 4 - 2 * (Math.sqrt(1.6) + Math.sqrt(0.4));
    expect(gaussianWassersteinCorrelation(pair(0.6))).toBeCloseTo(wanted, 12);
    expect(gaussianWassersteinCorrelation(diagonal(4))).toBeCloseTo(0, 12);
  });
});

describe("entropies of the aggregate posterior", () => {
  const normal = 0.5 * Math.log(2 * Math.PI * Math.E);

  it("of one Gaussian is ½ ln 2πeσ²", () => {
    for (const logVariance of [0, -6, 2]) {
      const { marginal } = marginalEntropies([0.3], [logVariance], [Int32Array.of(0)]);
      expect(marginal).toBeCloseTo(normal + logVariance / 2, 6);
    }
  });

  it("of far components adds ln of their number, which the factor that tells them apart takes away", () => {
    const levels = Int32Array.of(0, 1, 2, 3);
    const { marginal, conditional } = marginalEntropies(
      [0, 10, 20, 30],
      [-4, -4, -4, -4],
      [levels, Int32Array.of(0, 0, 1, 1)],
    );
    expect(marginal).toBeCloseTo(normal - 2 + Math.log(4), 6);
    expect(conditional[0]).toBeCloseTo(normal - 2, 6);
    expect(conditional[1]).toBeCloseTo(normal - 2 + Math.log(2), 6);
  });

  it("agrees with the paper's sampling estimate on posteriors of all widths", () => {
    const count = 300;
    const normals = new Float64Array(2 * count);
    fillNormal(normals, { seed: 1, stream: "test" });
    const mean = normals.slice(0, count);
    const logVariance = normals.slice(count).map((one) => 1.5 * one - 2);
    const samples = 20_000;
    const noise = new Float64Array(samples);
    fillNormal(noise, { seed: 2, stream: "test" });
    let [sum, squares] = [0, 0];
    for (let s = 0; s < samples; s++) {
      const n = s % count;
      const z = mean[n]! + Math.exp(logVariance[n]! / 2) * noise[s]!;
      let density = 0;
      for (let i = 0; i < count; i++) {
        density += Math.exp(-((z - mean[i]!) ** 2) / (2 * Math.exp(logVariance[i]!)) - logVariance[i]! / 2);
      }
      const nats = -Math.log(density / count / Math.sqrt(2 * Math.PI));
      sum += nats;
      squares += nats * nats;
    }
    const estimate = sum / samples;
    const error = Math.sqrt((squares / samples - estimate ** 2) / samples);
    const { marginal } = marginalEntropies(mean, logVariance, [new Int32Array(count)]);
    expect(Math.abs(marginal - estimate)).toBeLessThan(3 * error);
  });
});
