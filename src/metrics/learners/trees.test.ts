/** Boosted trees, forests and neighbours against slow code that follows their definitions. */

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
import { fillUniform } from "../../base/random.ts";
import { accuracy, fitForest, fitGradientBoosting } from "./index.ts";
import { fitNearestNeighbours } from "./nearest-neighbours.ts";

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

it("boosted trees of the greatest depth take memory for a histogram a level, not for one a node", () => {
  const columns = [1.7, 2.3].map((step) =>
    Float64Array.from({ length: 300 }, (_, i) => Math.sin(step * i) + i / 1e4),
  );
  const classes = Int32Array.from({ length: 300 }, (_, i) => (i * i) % 3);
  const before = process.memoryUsage().arrayBuffers;
  const options = { stages: 2, depth: 16, learningRate: 1, bins: 1024, seed: 0 };
  const model = fitGradientBoosting(columns, classes, options);
  // 2¹⁶ of them would be 630 MB, and as many nodes of each tree 2 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
  expect(accuracy(model.predict(columns), classes)).toBeGreaterThan(0.8);
});
