import { describe, expect, it } from "vitest";
import { accuracy, fitForest } from "./index.ts";

const grid = Array.from({ length: 400 }, (_, i) => i);
const a = Float64Array.from(grid, (i) => i % 20);
const b = Float64Array.from(grid, (i) => Math.floor(i / 20));
const whole = { trees: 20, depths: [64], seed: 0 };
const predict = (forest: ReturnType<typeof fitForest>) => forest.predicted[0]![0]!;

describe("a forest of classes", () => {
  it("learns an exclusive or, whose first split gains nothing", () => {
    const y = Int32Array.from(grid, (i) => (a[i]! < 10 === b[i]! < 10 ? 1 : 0));
    expect(accuracy(predict(fitForest([a, b], y, [[a, b]], whole)), y)).toBeGreaterThan(0.97);
  });

  it("one tree of one split, by hand: the border halfway, the majority of each side", () => {
    const x = Float64Array.of(0, 1, 2, 10, 11, 12);
    const y = Int32Array.of(0, 0, 0, 3, 3, 3);
    const asked = [[Float64Array.of(-5, 2, 5, 20)]];
    const { predicted, importances } = fitForest([x], y, asked, { trees: 51, depths: [0, 1], seed: 1 });
    // Not split, all trees say what is commoner in their sample; split, each side says its own.
    expect(new Set(predicted[0]![0]).size).toBe(1);
    expect([...predicted[0]![1]!]).toEqual([0, 0, expect.any(Number), 3]);
    expect([...importances]).toEqual([1]);
  });

  it("importance goes to what decides, none to a constant, equal shares to twins", () => {
    const y = Int32Array.from(grid, (i) => Math.floor(a[i]! / 5));
    const constant = new Float64Array(400).fill(7);
    const { importances } = fitForest([a, constant, b], y, [], whole);
    expect(importances[1]).toBe(0);
    expect(importances[0]).toBeGreaterThan(0.9);
    expect(importances[0]! + importances[2]!).toBeCloseTo(1, 12);
    const twins = fitForest([a, a.slice()], y, [], { ...whole, trees: 60 }).importances;
    expect(twins[0]).toBeGreaterThan(0.35);
    expect(twins[1]).toBeGreaterThan(0.35);
  });

  it("cut at a depth it is the forest that was grown to it", () => {
    const y = Int32Array.from(grid, (i) => (Math.floor(a[i]! / 3) + Math.floor(b[i]! / 7)) % 3);
    const all = fitForest([a, b], y, [[a, b]], { trees: 7, depths: [1, 3, 6], seed: 4 }).predicted[0]!;
    for (const [k, depth] of [1, 3, 6].entries()) {
      const own = fitForest([a, b], y, [[a, b]], { trees: 7, depths: [depth], seed: 4 });
      expect(all[k]).toEqual(predict(own));
    }
    expect(accuracy(all[2]!, y)).toBeGreaterThan(accuracy(all[0]!, y));
  });

  it("gives the same again, and other trees for another seed", () => {
    const y = Int32Array.from(grid, (i) => (i * 7) % 3);
    const own = (seed: number) => predict(fitForest([a, b], y, [[a, b]], { ...whole, trees: 3, seed }));
    expect(own(1)).toEqual(own(1));
    expect(own(2)).not.toEqual(own(1));
  });

  it("of features that do not vary says the commonest class, importances all zero", () => {
    const y = Int32Array.from(grid, (i) => (i < 300 ? 2 : 0));
    const forest = fitForest([new Float64Array(400)], y, [[new Float64Array(2)]], whole);
    expect([...predict(forest)]).toEqual([2, 2]);
    expect([...forest.importances]).toEqual([0]);
  });
});

describe("a forest of numbers", () => {
  it("follows a slope, and says the mean where it may not split", () => {
    const y = a.map((one) => 3 * one - 1);
    const forest = fitForest([a, b], y, [[a, b]], { trees: 30, depths: [0, 64], seed: 2 });
    const [mean, own] = forest.predicted[0]!;
    for (const i of [0, 7, 399]) expect(own![i]).toBeCloseTo(y[i]!, 0);
    expect(Math.abs(mean![0]! - 27.5)).toBeLessThan(1);
    expect(forest.importances[0]).toBeGreaterThan(0.99);
  });

  it("one split by hand: what lowers the squared error most, both sides with their mean", () => {
    const x = Float64Array.of(0, 1, 2, 3);
    const y = Float64Array.of(1, 1, 1, 9);
    const { predicted } = fitForest([x], y, [[x]], { trees: 400, depths: [1], seed: 3 });
    const [low, , , high] = predicted[0]![0]!;
    // A tree whose sample lacks the last row (0.75⁴ = 0.32 of them) says 1 everywhere.
    expect(low).toBeLessThan(1.2);
    expect(Math.abs(high! - (9 - 8 * 0.75 ** 4))).toBeLessThan(0.5);
  });
});
