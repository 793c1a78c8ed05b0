import { expect, test } from "vitest";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import { drawCharts } from "./charts.ts";
import { compareGroups } from "./compare.ts";
import { groupRuns } from "./group.ts";
import type { MeasuredRun } from "./one-measure.ts";
import { comparisonRows, comparisonTable, differencesTable, runsTable } from "./tables.ts";
import type { Measure } from "./value.ts";
import { measureVerdict, method, verdict } from "./verdict.ts";
import { changes } from "./words.ts";

const kl: Measure = { key: "kl", label: "KL", unit: "nats/image", definition: "analytic" };
const mig: Measure = { key: "metric:mig", label: "mig", better: "higher", definition: "20 bins" };

function run(
  beta: number,
  seed: number,
  values: Record<string, number>,
  measures = [kl, mig],
  more: Partial<MeasuredRun> = {},
): MeasuredRun {
  const config = smallConfig(`objective.beta=${beta}`, `seed=${seed}`);
  return {
    name: `beta-${beta}_seed-${seed}`,
    config,
    seed,
    values: new Map(Object.entries(values)),
    errors: new Map(),
    chances: new Map(),
    missing: new Map(),
    measures,
    ...more,
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
  expect(several[1]!.label).toContain("latentDim 5, β = 1");
  expect(groupRuns([{ seed: 0, config: config() }])[0]!.label).toBe("all");
  const annealed = "objective={kind: annealed, beta: {schedule: staircase, start: 0, end: 1}}";
  const kinds = ["objective={kind: beta, beta: 1}", annealed, "objective={kind: softFreeBits}"];
  expect(groupRuns(kinds.map((set) => ({ seed: 0, config: config(set) }))).map(({ label }) => label)).toEqual(
    ["β = 1", "annealed", "soft free bits"],
  );
  const ramps = [annealed, annealed.replace("end: 1", "end: 4")];
  expect(groupRuns(ramps.map((set) => ({ seed: 0, config: config(set) }))).map(({ label }) => label)).toEqual(
    ["β staircase 0 to 1", "β staircase 0 to 4"],
  );
  const linear = (end: number, to: number) =>
    `objective={kind: beta, beta: {schedule: linear, start: 0, end: ${end}, to: ${to}, unit: epoch}}`;
  const objectives = [
    ...kinds,
    "objective={kind: beta, beta: 4}",
    linear(4, 1),
    "objective={kind: tc, beta: 6}",
  ];
  const labelsOf = (sets: readonly string[]): string[] =>
    groupRuns(sets.map((set) => ({ seed: 0, config: config(set) }))).map(({ label }) => label);
  expect(labelsOf(objectives)).toEqual([
    ...["β = 1", "annealed, β staircase 0 to 1", "soft free bits", "β = 4", "β linear 0 to 4", "tc, β = 6"],
  ]);
  // The ends alone would name both alike.
  expect(labelsOf([linear(4, 1), linear(4, 2)])).toEqual(
    [1, 2].map((to) => `β linear 0 to 4 (from 0, to ${to}, unit epoch)`),
  );
  expect(labelsOf(["model.hidden=[8]", "model.hidden=[8, 4]"])).toEqual(["hidden 8", "hidden 8-4"]);
});

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

test("what is bound by something else is shown and not judged", () => {
  const bound = { ...kl, key: "mutualInformation", label: "MI", withheld: "it is bound by ln N" };
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
  expect(measureVerdict(found.measures[1]!, labels)).toBe("MI: not judged, it is bound by ln N.");
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

test("the verdict in words", () => {
  expect(verdict(comparison, groups)).toBe(
    "β = 1 and β = 4 differ by more than the noise over seeds in KL. Not shown to differ: mig.",
  );
  expect(measureVerdict(comparison.measures[0]!, labels)).toBe(
    "KL: β = 4 below β = 1 by 9.93 ± 0.14 nats/image (140 deviations of the noise), larger than the noise.",
  );
  expect(measureVerdict(comparison.measures[1]!, labels)).toMatch(
    /^mig: β = 4 above β = 1 by .*, not larger than the noise\.$/,
  );
  expect(method(comparison)).toContain(
    "with seeds as blocks: both measures. Intervals of differences are 95 % each.",
  );
  expect(verdict(compareGroups(groupRuns(runs.slice(1, 2))), groupRuns(runs.slice(1, 2)))).toContain(
    "only one setting",
  );
});

test("a grid: what differs with one factor is said of it, and each factor's change where the others stand still", () => {
  const noise = [0.1, -0.1, 0, 0.05];
  const cells = [1, 4].flatMap((beta) => [2, 5].map((latents) => ({ beta, latents })));
  const grid = groupRuns(
    cells.flatMap(({ beta, latents }, i) =>
      [0, 1, 2].map((seed) => ({
        ...run(beta, seed, {
          kl: 20 / beta + noise[(i + seed) % 4]!,
          "metric:mig": noise[(3 * i + seed) % 4]!,
        }),
        config: smallConfig(`objective.beta=${beta}`, `model.latentDim=${latents}`, `seed=${seed}`),
      })),
    ),
  );
  const found = compareGroups(grid);
  expect(grid.map(({ label }) => label)).toEqual([
    ...["latentDim 2, β = 1", "latentDim 2, β = 4", "latentDim 5, β = 1", "latentDim 5, β = 4"],
  ]);
  expect(verdict(found, grid)).toMatch(
    /^Larger than the noise over seeds: KL between all settings of different β\. Not shown to differ in any pair: mig/,
  );
  expect(changes(found, grid).map(({ plain }) => plain)).toEqual([
    "latentDim 2 → 5 at β = 1: no difference is shown to be larger than the noise over seeds.",
    "β 1 → 4 at latentDim 2: 15 fewer nats per image pass through the latents (20 → 5.05).",
  ]);
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

/** Six trained runs of `sprites-betas` in short (docs/sprites-betas.md), by β and seed: what `compare` read from them. */
const sprites = [
  run(1, 0, { negativeElbo: 37.155, reconstruction: 28.4811, kl: 8.6739, "metric:mig": 0.1428 }, []),
  run(1, 1, { negativeElbo: 37.9575, reconstruction: 28.3797, kl: 9.5778, "metric:mig": 0.1284 }, []),
  run(1, 2, { negativeElbo: 37.1986, reconstruction: 27.9905, kl: 9.2081, "metric:mig": 0.0687 }, []),
  run(4, 0, { negativeElbo: 40.7231, reconstruction: 34.6814, kl: 6.0417, "metric:mig": 0.0571 }, []),
  run(4, 1, { negativeElbo: 39.7304, reconstruction: 33.7557, kl: 5.9747, "metric:mig": 0.2157 }, []),
  run(4, 2, { negativeElbo: 40.6329, reconstruction: 34.7171, kl: 5.9158, "metric:mig": 0.3488 }, []),
];
const trained = (...measures: Measure[]) => {
  const found = groupRuns(sprites.map((one) => ({ ...one, measures })));
  return { groups: found, comparison: compareGroups(found) };
};
const nats = (key: string, label: string): Measure => ({
  key,
  label,
  unit: "nats/image",
  better: "lower",
  definition: key,
});
const reconstruction = nats("reconstruction", "reconstruction");

test("what β changed in trained runs is said where the tests carry it", () => {
  const { groups: found, comparison: both } = trained(reconstruction, kl);
  expect(changes(both, found).map(({ plain }) => plain)).toEqual([
    "β 1 → 4: 3.2 fewer nats per image pass through the latents (9.15 → 5.98) and pictures lose 6.1 nats of detail.",
  ]);
  const elbo = trained(reconstruction, kl, nats("negativeElbo", "−ELBO"), mig);
  expect(verdict(elbo.comparison, elbo.groups)).toBe(
    "β = 1 and β = 4 differ by more than the noise over seeds in reconstruction and KL. Not shown to differ: −ELBO and mig; " +
      "with so few runs a difference counts only from about 4.1 standard deviations of the noise.",
  );
  expect(changes(elbo.comparison, elbo.groups)[0]!.plain).not.toMatch(/ELBO|mig/);
});

test("and not where as many measures drown it: then it is said that so few runs can't tell", () => {
  const many = Array.from(
    { length: 22 },
    (_, i): Measure => ({ ...mig, key: `metric:mig`, label: `mig ${i}` }),
  );
  const sameRuns = sprites.map((one) => ({
    ...one,
    values: new Map([
      ...one.values,
      ...many.map((_, i) => [`metric:${i}`, one.values.get("metric:mig")!] as const),
    ]),
    measures: [reconstruction, kl, ...many.map((measure, i) => ({ ...measure, key: `metric:${i}` }))],
  }));
  const found = groupRuns(sameRuns);
  const compared = compareGroups(found);
  expect(changes(compared, found)).toEqual([]);
  // Student's t of two degrees at 5 %/48 is 21.9: × √(2/3) × 4/7.
  expect(verdict(compared, found)).toBe(
    "No difference is larger than the noise over seeds, but so few runs could hardly show one: among 24 tests the clearest difference would have had to be 10 standard deviations of the noise. " +
      "Train more seeds, or compare fewer measures.",
  );
});

test("a measure that is one number in all runs is said to be", () => {
  const same = sprites.map((one) => ({ ...one, values: new Map([["kl", 5]]), measures: [kl] }));
  expect(measureVerdict(compareGroups(groupRuns(same)).measures[0]!, ["β = 1", "β = 4"])).toBe(
    "KL: the same in all settings.",
  );
});

test("of two seeds a size in deviations of the noise is not known", () => {
  const two = compareGroups(
    groupRuns(sprites.filter(({ seed }) => seed < 2).map((one) => ({ ...one, measures: [kl] }))),
  );
  expect(two.measures[0]!.differences[0]).toMatchObject({ freedom: 1, effect: Number.NaN });
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
