/** Which factors are classes, which are quantities, and which metrics measure them where they are no complete grid. */

import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import type { Factor, Factors } from "../../data/index.ts";
import { computeMetrics, FactorTable, measureCodes, metricNames, metrics, protocol } from "./index.ts";

const COUNT = 400;
/** The additive recurrence of √prime: uniform in [0, 1). */
const u = (prime: number) => Float64Array.from({ length: COUNT }, (_, i) => ((i + 1) * Math.sqrt(prime)) % 1);
const [a, b, c] = [u(2), u(3), u(5)];

function tableOf(columns: readonly (Factor & { levels: ArrayLike<number> })[], count = COUNT): Factors {
  const levels = Int32Array.from({ length: count * columns.length }, (_, at) => {
    return columns[at % columns.length]!.levels[Math.floor(at / columns.length)]!;
  });
  return { factors: columns, levels, complete: false };
}
const range = (size: number) => Array.from({ length: size }, (_, i) => i);
const classes = (values: Float64Array, size: number) => values.map((one) => Math.floor(size * one));
const each = range(COUNT);

describe("what a factor is taken as", () => {
  const table = (columns: Parameters<typeof tableOf>[0], options = {}) =>
    new FactorTable(tableOf(columns), protocol.parse(options));

  it("five images a value on average are levels; fewer are a quantity, in equal-width bins", () => {
    const shared = (size: number) => ({
      name: "x",
      values: range(size).map((one) => one / 10),
      levels: each.map((i) => i % size),
    });
    expect(table([shared(80)])).toMatchObject({ isContinuous: [false], sizes: [80] });
    const quantity = table([shared(81)]);
    expect(quantity).toMatchObject({ isContinuous: [true], sizes: [20] });
    // 0 … 8 in bins of 0.4, the last one holding its upper end.
    expect([...quantity.levels[0]!.slice(0, 10)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
    expect(quantity.levels[0]![80]).toBe(19);
    expect(quantity.values[0]![80]).toBe(8);
    expect([...quantity.rowsAt(0, 19)].slice(0, 3)).toEqual([77, 78, 79]);
  });

  it("in as many bins as are asked for; what is named is a quantity whatever its values", () => {
    const few = { name: "x", values: [0, 1, 2, 9], levels: each.map((i) => i % 4) };
    const named = table([few, { ...few, name: "y" }], { continuous: ["y"], factorBins: 3 });
    expect(named.isContinuous).toEqual([false, true]);
    expect(named.sizes).toEqual([4, 3]);
    expect([...named.levels[1]!.slice(0, 4)]).toEqual([0, 0, 0, 2]);
  });

  it("the kind that the data gives counts", () => {
    const levels = each.map((i) => i % 4);
    const kinds = table([
      { name: "x", kind: "continuous", values: [0, 1, 2, 3], levels },
      { name: "id", kind: "categorical", values: range(100), levels: each.map((i) => i % 100) },
    ]);
    expect(kinds.isContinuous).toEqual([true, false]);
  });

  it("a category for nearly each image is left out, as is what does not vary", () => {
    const id = (size: number) => ({
      name: "id",
      kind: "categorical" as const,
      values: range(size),
      levels: each.map((i) => i % size),
    });
    const two = { name: "two", values: [0, 1], levels: each.map((i) => i % 2) };
    const still = { name: "still", values: [5], levels: each.map(() => 0) };
    expect(table([two, id(201), still])).toMatchObject({ names: ["two"], leftOut: ["id", "still"] });
    expect(table([two, id(200)]).names).toEqual(["two", "id"]);
    // Whoever names it as a quantity says that its numbers mean something.
    expect(table([two, id(201)], { continuous: ["id"] })).toMatchObject({
      names: ["two", "id"],
      isContinuous: [false, true],
    });
  });

  it("of a grid with one factor every image has its own value: a quantity; two images a value are levels", () => {
    const grid = (size: number, count: number) =>
      new FactorTable(
        {
          factors: [{ name: "x", values: range(size) }],
          levels: Int32Array.from({ length: count }, (_, i) => i % size),
          complete: true,
        },
        protocol.parse({}),
      ).isContinuous;
    expect(grid(40, 40)).toEqual([true]);
    expect(grid(40, 80)).toEqual([false]);
  });

  it("refuses a name that no factor has", async () => {
    const { message, hint } = await failure("usage", () =>
      table([{ name: "x", values: [0, 1], levels: each.map((i) => i % 2) }], { continuous: ["y"] }),
    );
    expect([message, hint]).toEqual(['continuous names "y", which is not a factor', "there are x"]);
  });
});

describe("factors that were sampled", () => {
  const factors = tableOf([
    { name: "shape", values: [0, 1, 2], levels: classes(a, 3) },
    { name: "x", values: [...b].sort(), kind: "continuous", levels: rankOf(b) },
  ]);
  const posteriors = {
    count: COUNT,
    mean: Float32Array.from({ length: 2 * COUNT }, (_, at) => {
      const i = at >> 1;
      return at % 2 === 0 ? Math.floor(3 * a[i]!) + 0.1 * c[i]! : b[i]!;
    }),
    logVariance: new Float32Array(2 * COUNT).fill(-8),
  };
  const few = { train: 200, test: 100, replicates: 2 };

  it("all but what fixes a factor are measured, and say how they took the factors", async () => {
    const { results, skipped } = await computeMetrics(posteriors, { factors }, few);
    const needsGrid = metrics
      .filter((one) => "fixesFactors" in one && one.fixesFactors)
      .map(({ name }) => name);
    expect(needsGrid).toEqual(["beta-vae", "factor-vae", "irs"]);
    expect(skipped.slice(0, 3).map(({ metric }) => metric)).toEqual(needsGrid);
    expect(skipped[0]!.reason).toBe(
      "the factors are not a complete grid: 400 images, 60 combinations of shape (3) × x (20)",
    );
    expect(results.map(({ metric }) => metric)).toEqual(
      metricNames.filter((name) => !skipped.some(({ metric }) => metric === name)),
    );
    const remarksOf = (name: string) => results.find(({ metric }) => metric === name)!.remarks;
    expect(remarksOf("mig")).toEqual([
      "the factors are not a complete grid: measured on the images that there are",
      "quantities, taken in 20 equal-width bins: x",
    ]);
    expect(remarksOf("sap")).toContainEqual(
      "quantities, taken as numbers, squared correlation on the training samples: x",
    );
    expect(results.find(({ metric }) => metric === "mig")!.settings).toMatchObject({
      factors: ["shape", "x"],
      continuous: ["x"],
      continuousAs: "in 20 equal-width bins",
      grid: "incomplete",
    });
  });

  it("codes that are the factors score high, not 1 because every image has its own value", async () => {
    const names = ["mig", "mig-tc", "dci", "sap", "info-modularity"];
    const { results } = await computeMetrics(posteriors, { factors }, { ...few, metrics: names });
    const scores = Object.fromEntries(results.map(({ metric, score }) => [metric, score]));
    for (const name of names) expect(scores[name], name).toBeGreaterThan(0.6);
    // A code that is noise knows nothing of either.
    const noise = { ...posteriors, mean: posteriors.mean.map((_, at) => ((at + 1) * Math.sqrt(17)) % 1) };
    const none = await computeMetrics(noise, { factors }, { ...few, metrics: ["mig", "dci", "sap"] });
    for (const { metric, score } of none.results) expect(score, metric).toBeLessThan(0.2);
  });

  it("on demand those that fix a factor are measured too, in its bins", async () => {
    const asked = { ...few, metrics: ["factor-vae", "beta-vae", "irs"], incomplete: true };
    const { results } = await computeMetrics(posteriors, { factors }, asked);
    expect(results.map(({ score }) => score > 0.9)).toEqual([true, true, true]);
    expect(results[0]!.remarks![0]).toBe("the factors are not a complete grid: taken as independent draws");
    const error = await failure("data", () =>
      computeMetrics(posteriors, { factors }, { ...few, metrics: ["irs"] }),
    );
    expect(error.hint).toContain("`incomplete`");
  });
});

it("mig-tc names in words the factor that it leaves out", async () => {
  const codes = each.map((i) => [i % 2, Math.floor(i / 2) % 10]);
  const factors = { shape: codes.map(([one]) => one!), x: codes.map(([, one]) => one!) };
  const logVariance = codes.map(() => [-6, -6]);
  const { results } = await measureCodes({ codes, logVariance, factors, metrics: ["mig-tc"] });
  expect(results[0]!.remarks).toContainEqual("without shape; with all factors 1.000");
  const all = { "mig-tc": { exclude: [] } };
  const again = await measureCodes({ codes, logVariance, factors, metrics: ["mig-tc"], settings: all });
  expect(again.results[0]!.remarks).toEqual([
    "the factors are not a complete grid: measured on the images that there are",
  ]);
});

function rankOf(values: Float64Array): number[] {
  const sorted = [...values].sort();
  return Array.from(values, (one) => sorted.indexOf(one));
}
