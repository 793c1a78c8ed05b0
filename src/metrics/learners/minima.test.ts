/** The conditions that hold where a linear learner has its minimum. */

import { describe, expect, it } from "vitest";
import {
  argmax,
  asked,
  COUNT,
  classesOf,
  mean,
  rows,
  sum,
  three,
  two,
  uniform,
  x,
} from "../../../test/helpers/learner-data.ts";
import { fitLasso, fitLinearSvm, fitLogisticRegression } from "./index.ts";

describe.each([
  ["three classes", three],
  ["two classes", two],
] as const)("at the minimum, %s", (_, y) => {
  const classes = classesOf(y);
  const one = new Float64Array(COUNT).fill(1);
  const weight = (balanced: boolean, own: number) =>
    balanced ? COUNT / (classes.length * y.filter((each) => each === own).length) : 1;

  it.each([
    [0.5, false],
    [20, true],
    [Number.POSITIVE_INFINITY, true],
  ])("logistic regression: no gradient is left, C = %d, balanced %s", (C, balanced) => {
    const model = fitLogisticRegression(x, y, { C, balanced });
    const scores = model.weights.map((w) => rows.map((i) => sum([...x, one].map((c, d) => w[d]! * c[i]!))));
    const odds = scores.map((own) => own.map(Math.exp));
    const p = odds.map((own) => own.map((each, i) => each / sum(odds.map((o) => o[i]!))));
    model.weights.slice(classes.length === 2 ? 1 : 0).forEach((w, at) => {
      const k = at + (classes.length === 2 ? 1 : 0);
      for (const [d, column] of [...x, one].entries()) {
        const pull = rows.map(
          (i) => weight(balanced, y[i]!) * (p[k]![i]! - (y[i] === classes[k] ? 1 : 0)) * column[i]!,
        );
        // The intercept is free of the penalty.
        const gradient = mean(pull) + (d < 3 ? w[d]! / (C * COUNT) : 0);
        expect(Math.abs(gradient)).toBeLessThan(1.001e-5);
      }
    });
    for (const [k, own] of model.probabilities(x).entries()) expect(own[7]).toBeCloseTo(p[k]![7]!, 12);
    const first = rows.slice(0, 20).map((i) => classes[argmax(p.map((own) => own[i]!))]);
    expect([...model.predict(x)].slice(0, 20)).toEqual(first);
  });

  it.each([
    [0.01, true],
    [3, false],
  ])("linear SVM: no gradient is left, C = %d, balanced %s", (C, balanced) => {
    const model = fitLinearSvm(x, y, { C, balanced });
    const scored = classes.length === 2 ? classes.slice(1) : classes;
    const scoreOf = (w: Float64Array, columns: readonly Float64Array[], i: number) =>
      w[3]! + sum(columns.map((column, d) => w[d]! * column[i]!));
    model.weights.forEach((w, k) => {
      const sides = { positive: C * weight(balanced, scored[k]!), negative: C };
      if (classes.length === 2) sides.negative = C * weight(balanced, classes[0]!);
      for (const [d, column] of [...x, one].entries()) {
        const pull = rows.map((i) => {
          const sign = y[i] === scored[k] ? 1 : -1;
          const miss = Math.max(0, 1 - sign * scoreOf(w, x, i));
          return -2 * (sign > 0 ? sides.positive : sides.negative) * miss * sign * column[i]!;
        });
        expect(Math.abs(w[d]! + sum(pull))).toBeLessThan(1e-6);
      }
    });
    const wanted = Array.from(asked[0]!, (_, row) => {
      const own = model.weights.map((w) => scoreOf(w, asked, row));
      return own.length === 1 ? classes[own[0]! > 0 ? 1 : 0] : classes[argmax(own)];
    });
    expect([...model.predict(asked)]).toEqual(wanted);
  });
});

it.each([0.01, 0.05, 0])("lasso: x·(y − Xw)/n is ±α at a coefficient, less beside it; α = %d", (alpha) => {
  const targets = [rows.map((i) => 2 * x[0]![i]! - x[1]![i]! + uniform(29)[i]!), rows.map((i) => x[2]![i]!)];
  const found = fitLasso(
    x,
    targets.map((y) => Float64Array.from(y)),
    { alpha },
  );
  found.forEach((w, t) => {
    const left = targets[t]!.map((y, i) => y - sum(x.map((column, d) => w[d]! * column[i]!)));
    const middle = mean(left);
    for (const [d, column] of x.entries()) {
      const own = mean([...column]);
      const pull = mean(left.map((one, i) => (one - middle) * (column[i]! - own)));
      if (w[d] === 0) expect(Math.abs(pull)).toBeLessThanOrEqual(alpha + 1e-9);
      else expect(pull).toBeCloseTo(alpha * Math.sign(w[d]!), 8);
    }
  });
});
