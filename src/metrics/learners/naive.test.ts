/** The learners against slow code that follows their definitions, and against the conditions that hold at their minima. */

import { describe, expect, it } from "vitest";
import { fillUniform } from "../../base/random.ts";
import { fitForest, fitGradientBoosting, fitLasso, fitLinearSvm, fitLogisticRegression } from "./index.ts";
import { minimize } from "./minimize.ts";
import { fitNearestNeighbours } from "./nearest-neighbours.ts";

const COUNT = 160;
const rows = Array.from({ length: COUNT }, (_, i) => i);
/** The additive recurrence of √prime: uniform in [0, 1), no two alike. */
const uniform = (prime: number, count = COUNT) =>
  Float64Array.from({ length: count }, (_, i) => ((i + 1) * Math.sqrt(prime)) % 1);
const x = [2, 3, 5].map((prime) => uniform(prime));
const asked = [7, 11, 13].map((prime) => uniform(prime, 200));
/** Classes 1, 4 and 6, frequent and rare, with some noise; and 3 against 5. */
const three = Int32Array.from(rows, (i) => {
  const place = x[0]![i]! + 0.5 * x[1]![i]! + 0.3 * uniform(17)[i]!;
  return place < 0.8 ? 1 : place < 1.2 ? 4 : 6;
});
const two = Int32Array.from(rows, (i) => (x[0]![i]! * x[1]![i]! + 0.1 * uniform(19)[i]! > 0.3 ? 5 : 3));
const classesOf = (y: Int32Array) => [...new Set(y)].sort((a, b) => a - b);
const sum = (values: Iterable<number>) => [...values].reduce((total, one) => total + one, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const argmax = (values: readonly number[]) => values.indexOf(Math.max(...values));

describe("gradient boosting, split by split", () => {
  interface Node {
    readonly feature?: number;
    readonly threshold?: number;
    readonly children?: readonly [Node, Node];
    readonly step?: number;
  }
  function boost(y: Int32Array, stages: number, depth: number, rate: number) {
    const classes = classesOf(y);
    const scored = classes.length === 2 ? classes.slice(1) : classes;
    const share = (one: number) => mean(rows.map((i) => (y[i] === one ? 1 : 0)));
    const start = scored.map((one) =>
      scored.length === 1 ? Math.log(share(one) / (1 - share(one))) : Math.log(share(one)),
    );
    const scores = start.map((one) => rows.map(() => one));
    const importances = [0, 0, 0];
    const trees: Node[][] = [];
    const squares = (residual: readonly number[], some: readonly number[]) => {
      const middle = mean(some.map((i) => residual[i]!));
      return sum(some.map((i) => (residual[i]! - middle) ** 2));
    };
    const grow = (residual: number[], some: number[], left: number, k: number): Node => {
      let best: { gain: number; feature: number; threshold: number } | undefined;
      if (left > 0) {
        for (const [feature, column] of x.entries()) {
          const values = some.map((i) => column[i]!).sort((a, b) => a - b);
          for (let at = 1; at < values.length; at++) {
            const threshold = (values[at - 1]! + values[at]!) / 2;
            const [low, high] = [true, false].map((below) =>
              some.filter((i) => column[i]! <= threshold === below),
            );
            const gain = squares(residual, some) - squares(residual, low!) - squares(residual, high!);
            if (best === undefined || gain > best.gain) best = { gain, feature, threshold };
          }
        }
      }
      if (best === undefined) {
        const own = some.map((i) => residual[i]!);
        const factor = scored.length === 1 ? 1 : (scored.length - 1) / scored.length;
        const step = (rate * factor * sum(own)) / sum(own.map((r) => Math.abs(r) * (1 - Math.abs(r))));
        for (const i of some) scores[k]![i]! += step;
        return { step };
      }
      const { gain, feature, threshold } = best;
      importances[feature]! += gain;
      const side = (below: boolean) => some.filter((i) => x[feature]![i]! <= threshold === below);
      const children = [true, false].map((below) => grow(residual, side(below), left - 1, k));
      return { feature, threshold, children: children as [Node, Node] };
    };
    for (let stage = 0; stage < stages; stage++) {
      const residuals = scored.map((one, k) =>
        rows.map((i) => {
          const odds = scores.map((own) => Math.exp(own[i]!));
          const p = scored.length === 1 ? odds[0]! / (1 + odds[0]!) : odds[k]! / sum(odds);
          return (y[i] === one ? 1 : 0) - p;
        }),
      );
      trees.push(residuals.map((residual, k) => grow(residual, rows, depth, k)));
    }
    const follow = (node: Node, at: (feature: number) => number): number =>
      node.children === undefined
        ? node.step!
        : follow(node.children[at(node.feature!) <= node.threshold! ? 0 : 1], at);
    const predicted = Array.from(asked[0]!, (_, row) => {
      const own = start.map((from, k) => from + sum(trees.map((t) => follow(t[k]!, (d) => asked[d]![row]!))));
      return scored.length === 1 ? classes[own[0]! > 0 ? 1 : 0]! : classes[argmax(own)]!;
    });
    return { importances: importances.map((one) => one / sum(importances)), predicted };
  }

  it.each([
    ["three classes", three, 2],
    ["two classes", two, 2],
  ] as const)("%s", (_, y, depth) => {
    const wanted = boost(y, 4, depth, 0.3);
    const options = { stages: 4, depth, learningRate: 0.3, bins: 1024, seed: 0 };
    const model = fitGradientBoosting(x, y, options);
    for (const [d, one] of wanted.importances.entries()) expect(model.importances[d]).toBeCloseTo(one, 9);
    expect([...model.predict(asked)]).toEqual(wanted.predicted);
  });
});

describe("forests, node by node", () => {
  /** Σ over classes of count²/n, or (Σ y)²/n: what the sides of a split have together, the more the purer. */
  function forest(
    y: Int32Array | Float64Array,
    candidates: number,
    trees: number,
    depth: number,
    seed: number,
  ) {
    const isClass = y instanceof Int32Array;
    const width = isClass ? Math.max(...y) + 1 : 1;
    const bag = (some: readonly number[]) =>
      isClass
        ? Array.from({ length: width }, (_, c) => some.filter((i) => y[i] === c).length)
        : [sum(some.map((i) => y[i]!))];
    const purity = (some: readonly number[]) => sum(bag(some).map((one) => one ** 2)) / some.length;
    const importances = [0, 0, 0];
    const sums = Array.from(asked[0]!, () => new Array<number>(width).fill(0));
    for (let tree = 0; tree < trees; tree++) {
      const draws = new Float64Array(COUNT);
      fillUniform(draws, { seed, stream: "forest/sample", step: tree });
      const sample = Array.from(draws, (one) => Math.floor(one * COUNT));
      const gains = [0, 0, 0];
      const all = Array.from(asked[0]!, (_, row) => row);
      const open = [{ some: sample, queries: all, left: depth }];
      for (let node = 0; node < open.length; node++) {
        const { some, queries, left } = open[node]!;
        const order = new Float64Array(3);
        fillUniform(order, { seed, stream: `forest/features/${tree}`, step: node });
        let best: { gain: number; feature: number; threshold: number } | undefined;
        let looked = 0;
        const isPure = new Set(some.map((i) => y[i])).size === 1;
        for (const feature of [0, 1, 2].sort((a, b) => order[a]! - order[b]!)) {
          if (left === 0 || isPure || (looked >= candidates && best !== undefined)) break;
          const column = x[feature]!;
          const values = [...new Set(some.map((i) => column[i]!))].sort((a, b) => a - b);
          if (values.length > 1) looked++;
          for (let at = 1; at < values.length; at++) {
            const threshold = (values[at - 1]! + values[at]!) / 2;
            const sides = [true, false].map((below) => some.filter((i) => column[i]! <= threshold === below));
            const gain = purity(sides[0]!) + purity(sides[1]!) - purity(some);
            if (best === undefined || gain > best.gain + 1e-12) best = { gain, feature, threshold };
          }
        }
        if (best === undefined) {
          for (const row of queries) {
            for (const [c, one] of bag(some).entries()) sums[row]![c]! += one / some.length;
          }
          continue;
        }
        const { feature, threshold, gain } = best;
        gains[feature]! += gain;
        for (const below of [true, false]) {
          open.push({
            some: some.filter((i) => x[feature]![i]! <= threshold === below),
            queries: queries.filter((row) => asked[feature]![row]! <= threshold === below),
            left: left - 1,
          });
        }
      }
      for (const [d, one] of gains.entries()) importances[d]! += one / sum(gains) / trees;
    }
    return { importances, predicted: sums.map((one) => (isClass ? argmax(one) : one[0]! / trees)) };
  }
  const numbers = Float64Array.from(rows, (i) => 3 * x[0]![i]! + x[2]![i]! ** 2 + 0.2 * uniform(23)[i]!);

  it.each([
    // √3 features a node, rounded down, for classes; all of them for numbers.
    ["classes", three, 1, 3],
    ["classes, to the last leaf", two, 1, 64],
    ["numbers", numbers, 3, 3],
  ] as const)("%s", (_, y, candidates, depth) => {
    const wanted = forest(y, candidates, 5, depth, 8);
    const found = fitForest(x, y, [asked], { trees: 5, depths: [depth], seed: 8 });
    for (const [d, one] of wanted.importances.entries()) expect(found.importances[d]).toBeCloseTo(one, 9);
    for (const [row, one] of wanted.predicted.entries())
      expect(found.predicted[0]![0]![row]).toBeCloseTo(one, 9);
  });
});

it.each([1, 2, 5, 8])("nearest neighbours: all distances sorted, the lower class at a draw; k = %d", (k) => {
  const wanted = Array.from(asked[0]!, (_, row) => {
    const distance = (i: number) => sum(x.map((column, d) => (column[i]! - asked[d]![row]!) ** 2));
    const near = rows.toSorted((a, b) => distance(a) - distance(b)).slice(0, k);
    const votes = classesOf(three).map((one) => near.filter((i) => three[i] === one).length);
    return classesOf(three)[argmax(votes)]!;
  });
  expect([...fitNearestNeighbours(x, three, k).predict(asked)]).toEqual(wanted);
});

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

describe("L-BFGS", () => {
  type Vector = number[];
  const dot = (a: Vector, b: Vector) => sum(a.map((one, i) => one * b[i]!));
  const along = (a: Vector, factor: number, b: Vector) => a.map((one, i) => one + factor * b[i]!);

  /** The same with the inverse Hessian written out, H ← (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ from γI. */
  function dense(f: (x: Vector) => [number, Vector], start: Vector, steps: number, memory: number) {
    const seen: Vector[] = [];
    const look = (at: Vector) => {
      seen.push(at);
      return f(at);
    };
    let at = start;
    let [value, gradient] = look(at);
    let pairs: [Vector, Vector][] = [];
    for (let step = 0; step < steps; step++) {
      const apply = (depth: number, v: Vector): Vector => {
        if (depth === 0) {
          const [s, y] = pairs.at(-1)!;
          return v.map((one) => (one * dot(s, y)) / dot(y, y));
        }
        const [s, y] = pairs[depth - 1]!;
        const rho = 1 / dot(s, y);
        const inner = apply(depth - 1, along(v, -rho * dot(s, v), y));
        return along(along(inner, -rho * dot(y, inner), s), rho * dot(s, v), s);
      };
      const size = Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
      const direction =
        pairs.length === 0
          ? gradient.map((g) => -g * size)
          : apply(pairs.length, gradient).map((one) => -one);
      const slope = dot(gradient, direction);
      let [low, high, length] = [0, Number.POSITIVE_INFINITY, 1];
      for (;;) {
        const there = along(at, length, direction);
        const [valueThere, gradientThere] = look(there);
        const falls = valueThere <= value + 1e-4 * length * slope;
        if (falls && dot(gradientThere, direction) >= 0.9 * slope) {
          pairs = [...pairs, [along(there, -1, at), along(gradientThere, -1, gradient)] as [Vector, Vector]];
          pairs = pairs.slice(-memory);
          [at, value, gradient] = [there, valueThere, gradientThere];
          break;
        }
        if (falls) low = length;
        else high = length;
        length = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
      }
    }
    return seen;
  }

  const rosenbrock = ([a, b]: Vector): [number, Vector] => [
    (1 - a!) ** 2 + 100 * (b! - a! * a!) ** 2,
    [-2 * (1 - a!) - 400 * a! * (b! - a! * a!), 200 * (b! - a! * a!)],
  ];
  const quartic = (at: Vector): [number, Vector] => [
    sum(at.map((one, i) => one ** 4 / 4 + (i + 1) * one ** 2 - one)),
    at.map((one, i) => one ** 3 + 2 * (i + 1) * one - 1),
  ];
  it.each([
    ["a curved valley", rosenbrock, [-1.2, 1], 12, 10],
    ["a curved valley, remembering two steps", rosenbrock, [-1.2, 1], 12, 2],
    ["five variables, from afar", quartic, [30, 20, 10, -10, 5], 8, 3],
    ["a slope so gentle that the first step is too short", quartic, [0.2, 0.2, 0.17, 0.1, 0.1], 4, 10],
  ] as const)("looks where the definition says: %s", (_, f, start, steps, memory) => {
    const seen: Vector[] = [];
    minimize(
      (at, gradient) => {
        seen.push([...at]);
        const [value, slope] = f([...at]);
        gradient.set(slope);
        return value;
      },
      Float64Array.from(start),
      { tolerance: 1e-12, maxIterations: steps, ...(memory !== 10 && { memory }) },
    );
    const wanted = dense(f, [...start], steps, memory);
    expect(seen).toHaveLength(wanted.length);
    for (const [i, at] of wanted.entries()) {
      for (const [d, one] of at.entries()) expect(seen[i]![d]).toBeCloseTo(one, 7);
    }
  });
});
