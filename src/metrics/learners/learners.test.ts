import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { binColumns } from "./bins.ts";
import {
  accuracy,
  fitGradientBoosting,
  fitLasso,
  fitLinearSvm,
  fitLogisticRegression,
  fitNearestNeighbours,
} from "./index.ts";
import { minimize } from "./minimize.ts";

/** As scikit-learn's `GradientBoostingClassifier`. */
const boosted = { stages: 100, depth: 3, learningRate: 0.1, bins: 1024, seed: 0 };
const column = (values: readonly number[]) => Float64Array.from(values);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("bins", () => {
  it("gives each of few distinct values its own bin", () => {
    const [bins] = binColumns([column([3, 1, 1, 2, 3])], 256);
    expect([...bins!.bins]).toEqual([2, 0, 0, 1, 2]);
    expect([...bins!.low]).toEqual([1, 2, 3]);
  });

  it("shares many values out evenly and never splits equal ones", () => {
    const [bins] = binColumns([column([...range(8), 0, 0, 0, 0])], 4);
    expect([...bins!.bins]).toEqual([0, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0, 0]);
    expect([...bins!.high]).toEqual([0, 1, 4, 7]);
  });
});

describe("gradient boosting", () => {
  const grid = range(400);
  const a = column(grid.map((i) => i % 20));
  const b = column(grid.map((i) => Math.floor(i / 20)));

  it("learns an exclusive or, whose first split gains nothing", () => {
    const y = Int32Array.from(grid, (i) => (a[i]! < 10 === b[i]! < 10 ? 1 : 0));
    expect(accuracy(fitGradientBoosting([a, b], y, boosted).predict([a, b]), y)).toBe(1);
  });

  it("shares importance between twins and gives none to a constant", () => {
    const y = Int32Array.from(grid, (i) => Math.floor(a[i]! / 5));
    const { importances } = fitGradientBoosting([a, column(grid.map(() => 7)), a], y, boosted);
    expect(importances[0]).toBeGreaterThan(0.4);
    expect(importances[2]).toBeGreaterThan(0.4);
    expect(importances[1]).toBe(0);
  });

  it("without any feature that varies predicts the commonest class, importances all zero", () => {
    const y = Int32Array.from(grid, (i) => (i < 300 ? 2 : i % 2));
    const model = fitGradientBoosting([column(grid.map(() => 1))], y, boosted);
    expect([...model.importances]).toEqual([0]);
    expect(new Set(model.predict([a]))).toEqual(new Set([2]));
  });

  it("gives the same bits again", () => {
    const y = Int32Array.from(grid, (i) => (i * 7) % 3);
    expect(fitGradientBoosting([a, b], y, boosted)).toEqual({
      ...fitGradientBoosting([a, b], y, boosted),
      predict: expect.any(Function),
    });
  });
});

it("logistic regression is sure far from the border, and finite", () => {
  const x = column([-2, -1, 1, 2, 5, 6]);
  const model = fitLogisticRegression([x], Int32Array.of(0, 0, 1, 1, 2, 2), { C: 10 });
  const probabilities = model.probabilities([column([-1e6, 1e6])]);
  expect(probabilities.map((one) => [...one])).toEqual([
    [1, 0],
    [0, 0],
    [0, 1],
  ]);
});

it("balanced classes: where two overlap, both are as likely, however rare one is", () => {
  const x = column([...range(90).map(() => 0), ...range(10).map(() => 0)]);
  const y = Int32Array.from(range(100), (i) => (i < 90 ? 0 : 1));
  const rare = (balanced: boolean) =>
    fitLogisticRegression([x], y, { C: Number.POSITIVE_INFINITY, balanced }).probabilities([
      column([0]),
    ])[1]![0]!;
  expect(rare(false)).toBeCloseTo(0.1, 4);
  expect(rare(true)).toBeCloseTo(0.5, 4);
});

it("L-BFGS finds the minimum of a badly scaled quadratic", () => {
  const scales = [1, 100, 0.01];
  const x = minimize(
    (at, gradient) => {
      let value = 0;
      scales.forEach((scale, i) => {
        const off = at[i]! - i;
        gradient[i] = scale * off;
        value += (scale * off * off) / 2;
      });
      return value;
    },
    new Float64Array(3).fill(5),
    { tolerance: 1e-9, maxIterations: 100 },
  );
  for (const [i, one] of x.entries()) expect(one).toBeCloseTo(i, 6);
});

it("lasso: one standardised feature has the closed form sign(c)·max(|c| − α, 0)", () => {
  const x = column([-1, 1, -1, 1]);
  const y = column([-2, 3, -1, 2]);
  expect(fitLasso([x], [y], { alpha: 0.5 })[0]![0]).toBeCloseTo(1.5, 12);
  expect(fitLasso([x], [y], { alpha: 2.5 })[0]![0]).toBe(0);
});

it("nearest neighbours: the majority wins, and the lower class a draw", () => {
  const model = fitNearestNeighbours([column([0, 1, 10, 11])], Int32Array.of(3, 3, 1, 1), 2);
  expect([...model.predict([column([0.4, 10.6])])]).toEqual([3, 1]);
  const draw = fitNearestNeighbours([column([0, 1])], Int32Array.of(1, 0), 2);
  expect([...draw.predict([column([0])])]).toEqual([0]);
});

it("nearest neighbours: refuses more of them than there are samples", async () => {
  const { message } = await failure("data", () =>
    fitNearestNeighbours([column([1, 2, 3])], Int32Array.of(0, 1, 1), 4),
  );
  expect(message).toBe("4 neighbours among 3 samples: there are not so many");
});

it("nearest neighbours: each sample is judged as it is alone, however many are looked up together", () => {
  const numbers = (count: number, step: number) =>
    Array.from({ length: 3 }, (_, d) =>
      column(Array.from({ length: count }, (_, i) => Math.sin(i * step + d))),
    );
  const learnt = numbers(40, 1.7);
  const classes = Int32Array.from({ length: 40 }, (_, i) => i % 3);
  const judged = numbers(7, 2.3);
  const expected = Array.from({ length: 7 }, (_, row) => {
    const squared = (i: number) => learnt.reduce((sum, x, d) => sum + (x[i]! - judged[d]![row]!) ** 2, 0);
    const near = [...classes.keys()].sort((a, b) => squared(a) - squared(b)).slice(0, 5);
    const votes = [0, 1, 2].map((one) => near.filter((i) => classes[i] === one).length);
    return votes.indexOf(Math.max(...votes));
  });
  const model = fitNearestNeighbours(learnt, classes, 5);
  expect([...model.predict(judged)]).toEqual(expected);
  expect(new Set(expected).size).toBeGreaterThan(1);
});

describe.each([
  ["gradient boosting", (x: Columns, y: Int32Array) => fitGradientBoosting(x, y, boosted)],
  ["logistic regression", (x: Columns, y: Int32Array) => fitLogisticRegression(x, y, { C: 1 })],
  ["linear SVM", (x: Columns, y: Int32Array) => fitLinearSvm(x, y, { C: 1, balanced: false })],
  ["nearest neighbours", (x: Columns, y: Int32Array) => fitNearestNeighbours(x, y, 5)],
] as const)("%s refuses", (_, learn) => {
  it("fewer samples than classes", async () => {
    const error = await failure("data", () => learn([column([1, 2, 3])], Int32Array.of(0, 1, 5)));
    expect(error.message).toContain("3 samples for 6 classes");
  });

  it("a single class", async () => {
    const error = await failure("data", () => learn([column([1, 2, 3])], Int32Array.of(1, 1, 1)));
    expect(error.message).toContain("all 3 samples are of one class");
  });
});
