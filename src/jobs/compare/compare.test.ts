import { expect, test } from "vitest";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import type { Measure } from "./collect.ts";
import { compareGroups, type MeasuredRun } from "./compare.ts";
import { groupRuns } from "./group.ts";
import { comparisonRows, comparisonTable, markdownTable, runsTable } from "./tables.ts";
import { measureVerdict, method, verdict } from "./verdict.ts";

const kl: Measure = { key: "kl", label: "KL", unit: "nats/image", definition: "analytic" };
const mig: Measure = { key: "metric:mig", label: "mig", better: "higher", definition: "20 bins" };

function run(beta: number, seed: number, values: Record<string, number>, measures = [kl, mig]): MeasuredRun {
  const config = smallConfig(`objective.beta=${beta}`, `seed=${seed}`);
  return {
    name: `beta-${beta}_seed-${seed}`,
    config,
    seed,
    values: new Map(Object.entries(values)),
    measures,
  };
}

const runs = [
  run(4, 1, { kl: 10.5, "metric:mig": 0.3 }),
  run(1, 0, { kl: 20, "metric:mig": 0.1 }),
  run(1, 1, { kl: 20.4, "metric:mig": 0.4 }),
  run(4, 0, { kl: 10, "metric:mig": 0.2 }),
  run(1, 2, { kl: 20.2, "metric:mig": 0.2 }),
  run(4, 2, { kl: 10.3, "metric:mig": 0.25 }),
];
const groups = groupRuns(runs);
const labels = groups.map(({ label }) => label);
const comparison = compareGroups(groups);

test("groups: runs that differ by seed only, ordered by β and by seed", () => {
  expect(labels).toEqual(["β = 1", "β = 4"]);
  expect(groups.map(({ settings, runs: own }) => [settings, own.map(({ seed }) => seed)])).toEqual([
    [{ "objective.beta": 1 }, [0, 1, 2]],
    [{ "objective.beta": 4 }, [0, 1, 2]],
  ]);
});

test("groups that differ in several keys name them all; threads and names make no group", () => {
  const config = (...set: string[]) => smallConfig(...set);
  const several = groupRuns([
    { seed: 0, config: { ...config("objective.kind=dip"), threads: 4, name: "x" } },
    { seed: 0, config: config("model.latentDim=5") },
    { seed: 1, config: config("model.latentDim=5", "seed=1") },
  ]);
  expect(several.map(({ runs: own }) => own.length)).toEqual([1, 2]);
  expect(several[1]!.label).toContain("latentDim 5, kind beta, beta 1");
  expect(groupRuns([{ seed: 0, config: config() }])[0]!.label).toBe("all");
});

test("means with Student's intervals, differences paired over seeds", () => {
  const [first] = comparison.measures;
  // 20, 20.4, 20.2: mean 20.2, s 0.2; t(0.975, 2)·0.2/√3 = 0.49683.
  expect(first!.intervals[0]).toMatchObject({ count: 3, mean: expect.closeTo(20.2, 9) });
  expect(first!.intervals[0]!.halfWidth).toBeCloseTo(0.49683, 5);
  // 10 − 20, 10.5 − 20.4, 10.3 − 20.2.
  expect(first!.differences).toEqual([
    expect.objectContaining({
      from: 0,
      to: 1,
      pairs: 3,
      difference: expect.closeTo(-9.9333333, 6),
      larger: true,
    }),
  ]);
  expect(comparison.measures[1]!.differences[0]!.larger).toBe(false);
});

test("rank correlation over the runs", () => {
  // Ranks in the order of the groups; Pearson's r of them.
  const [row] = comparison.correlations!;
  expect(row![0]).toBeCloseTo(1, 12);
  const a = [4, 6, 5, 1, 3, 2];
  const b = [1, 6, 2.5, 2.5, 5, 4];
  const mean = 3.5;
  const dot = (x: number[], y: number[]) => x.reduce((sum, one, i) => sum + (one - mean) * (y[i]! - mean), 0);
  expect(row![1]).toBeCloseTo(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)), 12);
  expect(compareGroups(groupRuns(runs.slice(0, 3))).correlations).toBeUndefined();
});

test("a metric with other settings is another metric", () => {
  const other = run(4, 0, { kl: 10, "metric:mig": 0.2 }, [kl, { ...mig, definition: "10 bins" }]);
  const { measures, notes } = compareGroups(groupRuns([...runs.slice(1, 3), other]));
  expect(measures.map(({ label }) => label)).toEqual(["KL"]);
  expect(notes).toEqual(["mig was measured with different settings: not compared"]);
});

test("what some runs lack is said; numbers that are none are left out of the mean", () => {
  const some = [...runs.slice(1, 3), run(4, 0, { kl: Number.NaN }, [kl])];
  const { measures, notes } = compareGroups(groupRuns(some));
  expect(notes).toEqual(["mig is known of 2 of 3 runs"]);
  expect(measures[0]!.intervals[1]).toBeUndefined();
});

test("the verdict in words", () => {
  expect(verdict(comparison.measures, labels)).toBe(
    "Larger than the noise over seeds: KL between all settings. Not larger in any pair: mig.",
  );
  expect(measureVerdict(comparison.measures[0]!, labels)).toBe(
    "KL: 1 of 1 differences are larger than the noise: β = 4 below β = 1 by 9.93 ± 0.14 nats/image.",
  );
  expect(measureVerdict(comparison.measures[1]!, labels)).toContain(
    "mig: no difference is larger than the noise; the largest is β = 4 above β = 1 by",
  );
  expect(method(comparison.measures)).toContain("paired over 3 seeds");
  const single = compareGroups(groupRuns([runs[1]!, runs[0]!]));
  expect(verdict(single.measures, labels)).toContain("train at least two seeds of each");
  expect(verdict(single.measures, ["all"])).toContain("one setting only");
});

test("tables: for reading, Markdown, all digits", () => {
  expect(comparisonRows(comparison, groups)).toEqual([
    ["", "β = 1", "β = 4", ""],
    ["runs", "3", "3", ""],
    ["KL", "20.20 ± 0.50", "10.27 ± 0.63", "nats/image"],
    ["mig", "0.23 ± 0.38", "0.25 ± 0.12", "higher is better"],
  ]);
  expect(
    markdownTable([
      ["", "a|b", ""],
      ["x", "1", "u"],
    ]),
  ).toBe("|  | a\\|b |  |\n| --- | ---: | --- |\n| x | 1 | u |");
  const long = comparisonTable(comparison, groups);
  expect(long.heading.join()).toBe("measure,unit,setting,runs,mean,half_width_95,standard_deviation");
  const [label, unit, setting, count, mean] = long.rows[0]!;
  expect([label, unit, setting, count, mean]).toEqual([
    "KL",
    "nats/image",
    "β = 1",
    3,
    expect.closeTo(20.2, 9),
  ]);
  expect(runsTable(comparison, groups)).toMatchObject({
    heading: ["run", "objective.beta", "seed", "KL", "mig"],
    rows: expect.arrayContaining([["beta-1_seed-0", 1, 0, 20, 0.1]]),
  });
  const single = groupRuns([runs[1]!, runs[0]!]);
  expect(comparisonTable(compareGroups(single), single).rows[0]!.slice(4)).toEqual([
    20,
    undefined,
    undefined,
  ]);
});
