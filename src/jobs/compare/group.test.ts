import { expect, test } from "vitest";
import { runs } from "../../../test/helpers/measured-runs.ts";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import { whereOf } from "./choose.ts";
import type { CollectedRun } from "./collect.ts";
import { groupRuns, shownRun } from "./group.ts";

test("groups: runs that differ by seed only, ordered by β and by seed", () => {
  const groups = groupRuns(runs);
  expect(groups.map(({ label }) => label)).toEqual(["β = 1", "β = 4"]);
  expect(groups.map(({ settings, runs: own }) => [settings, own.map(({ seed }) => seed)])).toEqual([
    [{ "objective.beta": 1 }, [0, 1, 2]],
    [{ "objective.beta": 4 }, [0, 1, 2]],
  ]);
});

test("of a seed one run counts: the first that is whole", () => {
  const [first] = runs.filter(({ config, seed }) => seed === 0 && config.name !== "");
  const own = [
    { ...first!, name: "fallen", aside: "evaluate found numbers that are not finite" },
    { ...first!, name: "native" },
    { ...first!, name: "wasm" },
    { ...first!, name: "other", seed: 1 },
  ];
  expect(groupRuns(own)[0]!.runs.map(({ name, aside }) => [name, aside])).toEqual([
    ["fallen", "evaluate found numbers that are not finite"],
    ["native", undefined],
    ["wasm", "of the same settings and seed as native"],
    ["other", undefined],
  ]);
  expect(shownRun(groupRuns(own)[0]!).name).toBe("native");
  expect(shownRun(groupRuns(own.slice(0, 1))[0]!).name).toBe("fallen");
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

test("where: a schedule is named as the table names it, with all that it has", () => {
  const risen = ["{schedule: linear, start: 0, end: 4, to: 2}", "1"].map((beta) => ({
    config: smallConfig(`objective.beta=${beta}`),
  })) as unknown as CollectedRun[];
  const refused = (): CollectedRun[] => whereOf(risen, ["objective.beta=7"]);
  expect(refused).toThrow(
    expect.objectContaining({ hint: "there is linear 0 to 4 (from 0, to 2, unit epoch), 1" }),
  );
  expect(whereOf(risen, ["objective.beta=linear 0 to 4 (from 0, to 2, unit epoch)"])).toEqual(
    risen.slice(0, 1),
  );
  expect(whereOf(risen, ["model.hidden=8"])).toEqual(risen);
});
