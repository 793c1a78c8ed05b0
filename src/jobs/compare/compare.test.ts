import { expect, test } from "vitest";
import { kl, mig, run, runs } from "../../../test/helpers/measured-runs.ts";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import { drawCharts } from "./charts.ts";
import { compareGroups } from "./compare.ts";
import { groupRuns } from "./group.ts";
import type { MeasuredRun } from "./one-measure.ts";
import { comparisonRows, comparisonTable, differencesTable, runsTable } from "./tables.ts";
import { measureVerdict, method, verdict } from "./verdict.ts";

const groups = groupRuns(runs);
const labels = groups.map(({ label }) => label);
const comparison = compareGroups(groups);

test("means with Student's intervals; differences by the seeds that both have, judged over all measures", () => {
  const [first, second] = comparison.measures;
  // 20, 20.4, 20.2: mean 20.2, s 0.2; t(0.975, 2)·0.2/√3 = 0.49683.
  expect(first!.intervals[0]).toMatchObject({ count: 3, mean: expect.closeTo(20.2, 9) });
  expect(first!.intervals[0]!.halfWidth).toBeCloseTo(0.49683, 5);
  // 10 − 20, 10.5 − 20.4, 10.3 − 20.2: mean −9.9333, s 0.057735; t = −298, df 2: p = 1.123e-5, and two tests.
  const [difference] = first!.differences;
  expect(difference).toMatchObject({ from: 0, to: 1, method: "pooled", freedom: 2, larger: true });
  expect(difference!.difference).toBeCloseTo(-9.9333333, 6);
  expect(difference!.p / 1.126e-5).toBeCloseTo(1, 2);
  expect(difference!.adjusted).toBeCloseTo(2 * difference!.p, 12);
  expect(difference!.discovery).toBeCloseTo(2 * difference!.p, 12);
  expect(second!.differences[0]!.larger).toBe(false);
  // Student's t of two degrees at 1.25 % is 6.205, times √(2/3), times Hedges' 4/7.
  const least = expect.closeTo(6.20535 * Math.sqrt(2 / 3) * (4 / 7), 4);
  expect(comparison.family).toEqual({ tests: 2, measures: 2, level: 0.05, least, variancesDiffer: false });
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

test("a run that does not count is named, and left out of means and tests", () => {
  const why = "collapsed: each of its 2 latents carries < 0.01 nats";
  const some = groupRuns([
    ...runs.slice(1),
    run(4, 1, { kl: 0, "metric:mig": 0.3 }, [kl, mig], { aside: why }),
  ]);
  const compared = compareGroups(some);
  const { measures } = compared;
  expect(measures[0]!.intervals[1]).toMatchObject({ count: 2, mean: expect.closeTo(10.15, 9) });
  expect(measures[0]!.leftOut).toEqual([{ run: "beta-4_seed-1", reason: why }]);
  expect(verdict(compared, some)).toMatch(
    "1 of 6 runs is left out of the comparison: beta-4_seed-1 (collapsed: each of its 2 latents carries < 0.01 nats).",
  );
  expect(comparisonRows(compareGroups(some), some)[1]).toEqual(["runs", "3", "2 of 3", ""]);
});

test("where no run of a setting counts its numbers stand in parentheses, and in no difference", () => {
  const aside = "still training, 1 of 2 epochs done";
  const all = groupRuns([
    ...runs.slice(1, 3),
    run(4, 0, { kl: 9, "metric:mig": 0.3 }, [kl, mig], { aside }),
    run(4, 1, { kl: 11, "metric:mig": 0.5 }, [kl, mig], { aside }),
  ]);
  const found = compareGroups(all);
  expect(found.measures[0]).toMatchObject({
    intervals: [{ count: 2 }, undefined],
    aside: [undefined, 10],
    differences: [],
  });
  expect(
    comparisonRows(found, all)
      .slice(1, 3)
      .map((row) => row[2]),
  ).toEqual(["0 of 2", "(10)"]);
  expect(verdict(found, all)).toContain(
    "Fewer than two settings have a run that counts: there is nothing to compare.",
  );
  const none = groupRuns(
    [1, 4].map((beta) => run(beta, 0, { kl: 0, "metric:mig": 0.3 }, [kl, mig], { aside })),
  );
  expect(verdict(compareGroups(none), none)).toContain("2 of 2 runs are left out of the comparison");
});

test("a number that is missing or none is left out of its measure, with the reason", () => {
  const stale = "tables/metrics.json is of step 8, its weights are of step 12";
  const some = groupRuns([
    ...runs.slice(1, 3),
    run(4, 0, { kl: Number.NaN }, [kl], { missing: new Map([["metric:", stale]]) }),
    run(4, 1, { kl: 10 }, [kl]),
  ]);
  const { measures } = compareGroups(some);
  expect(measures[0]!.leftOut).toEqual([{ run: "beta-4_seed-0", reason: "KL is NaN" }]);
  expect(measures[0]!.intervals[1]).toMatchObject({ mean: 10, count: 1 });
  expect(measures[1]!.leftOut).toEqual([
    { run: "beta-4_seed-0", reason: stale },
    { run: "beta-4_seed-1", reason: "mig was not measured" },
  ]);
  expect(comparisonRows(compareGroups(some), some)[2]![2]).toBe("10 (1/2)");
  expect(method(compareGroups(some))).toContain(
    "For a single run, ± is 95 % over images and says nothing about seeds.",
  );
});

test("one run of each setting: numbers with their errors over images, and no test", () => {
  const errors = new Map([["kl", 0.3]]);
  const single = groupRuns([
    run(1, 0, { kl: 20, "metric:mig": 0.1 }, [kl, mig], { errors }),
    run(4, 0, { kl: 10, "metric:mig": 0.2 }, [kl, mig], { errors }),
  ]);
  const found = compareGroups(single);
  const [difference] = found.measures[0]!.differences;
  expect(difference).toMatchObject({ difference: -10, method: "images", p: Number.NaN, larger: false });
  expect(difference!.high).toBeCloseTo(-10 + 1.96 * 0.3 * Math.SQRT2, 9);
  expect(found.measures[1]!.method).toBe("none");
  expect(found.family.tests).toBe(0);
  expect(comparisonRows(found, single)[2]).toEqual(["KL", "20.00 ± 0.59", "10.00 ± 0.59", "nats/image"]);
  expect(verdict(found, single)).toContain("With one run of each setting the noise over seeds is unknown");
});

test("two seeds here and five there: judged by the residual of both, seeds no blocks", () => {
  const uneven = groupRuns([
    ...[0, 1, 2, 3, 4].map((seed) => run(1, seed, { kl: 20 + [0.1, -0.2, 0.3, 0, -0.1][seed]! }, [kl])),
    ...[0, 1].map((seed) => run(4, seed, { kl: 10 + [0.2, -0.1][seed]! }, [kl])),
  ]);
  const [first] = compareGroups(uneven).measures;
  expect(first).toMatchObject({ blocks: false, freedom: 5, method: "pooled" });
  expect(first!.differences[0]!.difference).toBeCloseTo(10.05 - 20.02, 9);
});

test("where variances differ Welch's test judges", () => {
  const spread = [0.001, -0.002, 0.001, 3, -5, 2, 0.002, -0.001, -0.001];
  const wild = groupRuns(
    spread.map((one, i) => run([1, 4, 8][Math.floor(i / 3)]!, i % 3, { kl: 10 + one }, [kl])),
  );
  const found = compareGroups(wild);
  expect(found.measures[0]!.equalVariances).toBeLessThan(0.01);
  expect(found.measures[0]!.method).toBe("welch");
  expect(method(found)).toContain("By Welch's test, because variances differ between settings: KL.");
});

test("what is bounded by something else is shown and not judged", () => {
  const bound = { ...kl, key: "mutualInformation", label: "MI", withheld: "it is bounded by ln N" };
  const found = compareGroups(
    groupRuns(
      runs.map((one) => ({
        ...one,
        values: new Map([...one.values, ["mutualInformation", one.seed]]),
        measures: [kl, bound],
      })),
    ),
  );
  expect(found.family).toMatchObject({ tests: 1, measures: 1, level: 0.05 });
  expect(found.measures[1]!.differences[0]).toMatchObject({ adjusted: Number.NaN, larger: false });
  expect(measureVerdict(found.measures[1]!, labels)).toBe("MI: not judged, it is bounded by ln N.");
});

test("a number whose interval contains chance is marked, over seeds and of single runs", () => {
  const known = (runs: MeasuredRun[], chance: number) =>
    runs.map((one) => ({ ...one, chances: new Map([["metric:mig", chance]]) }));
  // β = 1: 0.23 ± 0.38; β = 4: 0.25 ± 0.124, so from 0.126 on.
  const all = groupRuns(known(runs, 0.12));
  const found = compareGroups(all);
  expect(found.measures.map(({ atChance }) => atChance)).toEqual([
    [false, false],
    [true, false],
  ]);
  expect(found.measures[1]!.chances.map((one) => one && Number(one.toFixed(9)))).toEqual([0.12, 0.12]);
  expect(comparisonRows(found, all)[3]).toEqual(["mig", "0.23 ± 0.38 °", "0.25 ± 0.12", "higher is better"]);
  expect(compareGroups(groupRuns(known(runs, 0.13))).measures[1]!.atChance).toEqual([true, true]);
  const errors = new Map([["metric:mig", 0.05]]);
  const single = [
    run(1, 0, { "metric:mig": 0.1 }, [mig], { errors }),
    run(4, 0, { "metric:mig": 0.2 }, [mig], { errors }),
  ];
  expect(compareGroups(groupRuns(known(single, 0.05))).measures[0]!.atChance).toEqual([true, false]);
  const costs = { ...mig, better: "lower" as const };
  const lower = known(
    runs.map((one) => ({ ...one, measures: [kl, costs] })),
    0.4,
  );
  expect(compareGroups(groupRuns(lower)).measures[1]!.atChance).toEqual([true, false]);
});

test("tables: for reading, and a column a key with ASCII names and all digits", () => {
  expect(comparisonRows(comparison, groups)).toEqual([
    ["", "β = 1", "β = 4", ""],
    ["runs", "3", "3", ""],
    ["KL", "20.20 ± 0.50", "10.27 ± 0.63", "nats/image"],
    ["mig", "0.23 ± 0.38", "0.25 ± 0.12", "higher is better"],
  ]);
  const long = comparisonTable(comparison, groups);
  expect(long.heading.join()).toBe("measure,unit,objective.beta,runs,mean,half_width_95,standard_deviation");
  expect(long.rows[0]!.slice(0, 5)).toEqual(["kl", "nats/image", 1, 3, expect.closeTo(20.2, 9)]);
  expect(runsTable(comparison, groups)).toMatchObject({
    heading: ["run", "objective.beta", "seed", "kl", "metric:mig", "left_out"],
    rows: expect.arrayContaining([["beta-1_seed-0", 1, 0, 20, 0.1, undefined]]),
  });
  const pairs = differencesTable(comparison, groups);
  expect(pairs.heading.slice(0, 5)).toEqual([
    ...["measure", "unit", "from.objective.beta", "to.objective.beta", "difference"],
  ]);
  expect(pairs.rows[0]!.slice(0, 5)).toEqual(["kl", "nats/image", 1, 4, expect.closeTo(-9.93, 1)]);
  for (const { heading } of [long, pairs]) for (const name of heading) expect(name).toMatch(/^[\x20-\x7e]+$/);
  const single = groupRuns([runs[1]!, runs[0]!]);
  expect(comparisonTable(compareGroups(single), single).rows[0]!.slice(4)).toEqual([
    20,
    undefined,
    undefined,
  ]);
});

test("a grid's chart has a row for each of two schedules with the same ends", async () => {
  const grid = [1, 2].flatMap((to) =>
    [2, 5].map((latents) => {
      const beta = `objective={kind: beta, beta: {schedule: linear, start: 0, end: 4, to: ${to}, unit: epoch}}`;
      const config = smallConfig(beta, `model.latentDim=${latents}`);
      return { ...run(1, 0, { kl: to + latents }), config };
    }),
  );
  const found = groupRuns(grid);
  const drawn = await drawCharts(compareGroups(found), found, found.length, []);
  const { svg } = drawn.measures[0]!.chart;
  for (const to of [1, 2]) expect(svg).toContain(`linear 0 to 4 (from 0, to ${to}, unit epoch)`);
});

test("a measure that one setting lacks differs between the settings that have it, not between all", () => {
  const three = [1, 4, 8].flatMap((beta) =>
    [0, 1, 2].map((seed) => {
      const known = { kl: 100 / beta + seed / 100 };
      return run(beta, seed, beta === 8 ? known : { ...known, "metric:mig": beta / 10 + seed / 1000 });
    }),
  );
  const found = groupRuns(three);
  expect(verdict(compareGroups(found), found)).toBe(
    "Larger than the noise over seeds: KL between all settings; mig between β = 1 and β = 4.",
  );
});
