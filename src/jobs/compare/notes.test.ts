import { expect, test } from "vitest";
import { runs } from "../../../test/helpers/measured-runs.ts";
import type { CollectedRun } from "./collect.ts";
import { compareGroups } from "./compare.ts";
import { groupRuns } from "./group.ts";
import { comparisonNotes } from "./notes.ts";
import { verdict } from "./verdict.ts";

const notesOf = (
  engines: (at: number) => readonly string[],
  found: (at: number) => readonly string[] = () => [],
) => {
  const collected = runs.map((run, i) => ({
    ...run,
    notes: [],
    diagnoses: found(i).map((name) => ({ name, sentence: "" })),
    engines: engines(i),
  }));
  const groups = groupRuns(collected as unknown as CollectedRun[]);
  return comparisonNotes(compareGroups(groups), groups);
};

test("runs of several engines are said to be, with which is which", () => {
  const native = "onnxruntime-node 1.30.0";
  expect(notesOf(() => [native])).toEqual([]);
  expect(notesOf((i) => (i === 0 ? [native, "betalab's WebAssembly 0.1.0"] : [native]))).toEqual([
    "the runs were trained by different engines, which round differently (" +
      "onnxruntime-node 1.30.0: beta-1_seed-0, beta-1_seed-1, beta-1_seed-2, beta-4_seed-0, beta-4_seed-2; " +
      "onnxruntime-node 1.30.0, then betalab's WebAssembly 0.1.0: beta-4_seed-1)",
  ]);
});

test("runs that don't count and that the verdict has no room for are named", () => {
  const collected = Array.from({ length: 9 }, (_, i) => ({
    ...runs[0]!,
    name: `run-${i}`,
    seed: i,
    ...(i > 1 && { aside: "collapsed" }),
    ...{ notes: [], diagnoses: [], engines: ["one"] },
  }));
  const groups = groupRuns(collected as unknown as CollectedRun[]);
  const compared = compareGroups(groups);
  expect(verdict(compared, groups)).toMatch(
    /^7 of 9 runs are left out of the comparison: run-2 \(collapsed\); .*run-6 \(collapsed\); and 2 more, named in the notes\./,
  );
  expect(comparisonNotes(compared, groups)[0]).toBe(
    "left out of the comparison as well: run-7 (collapsed); run-8 (collapsed)",
  );
});

test("diagnoses are told in words, those of another version by their names", () => {
  const found = (i: number) =>
    i < 2 ? ["few-effective-samples"] : i === 2 ? ["posterior-collapse", "of-later"] : [];
  expect(notesOf(() => ["one"], found)).toEqual([
    "evaluate found too few effective samples in 2 runs: beta-1_seed-0, beta-4_seed-1",
    "evaluate found posterior collapse in beta-1_seed-1",
    "evaluate found of-later in beta-1_seed-1",
  ]);
  expect(
    notesOf(
      () => ["one"],
      () => ["unused-latents"],
    ),
  ).toEqual(["evaluate found unused latents in all 6 runs"]);
});
