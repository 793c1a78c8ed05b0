import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLine } from "../../../test/helpers/command-line.ts";
import { collectRuns } from "./collect.ts";

const { copyOfRun } = commandLine();

const measured = {
  metric: "mig",
  definition: "mutual information gap",
  unit: "",
  better: "higher",
  settings: { bins: 20 },
  samples: { images: 100 },
  score: 0.25,
  interval: { low: 0.2, high: 0.3 },
};
const metrics = { format: 1, step: 12, data: "digits", images: 100, results: [measured] };

/** The numbers and notes of a run with this `tables/NAME`. */
function collected(name: string, text: string) {
  const path = copyOfRun((run) => {
    mkdirSync(join(run, "tables"), { recursive: true });
    writeFileSync(join(run, "tables", name), text);
  });
  const [run] = collectRuns([path]).runs;
  return { values: run!.values, notes: run!.notes };
}

test("the numbers of a table count", () => {
  const { values, notes } = collected("metrics.json", JSON.stringify(metrics));
  expect(values.get("metric:mig")).toBe(0.25);
  expect(notes).toEqual([]);
});

test.each([
  ["metrics.json", "[", /tables\/metrics\.json can’t be used: .*JSON/],
  ["metrics.json", '{"format":2,"step":12}', "its format 2 is of a newer betalab; this one reads 1"],
  ["metrics.json", JSON.stringify({ ...metrics, step: 8 }), "is of step 8, the run is at 12; left out"],
  [
    "metrics.json",
    JSON.stringify({ ...metrics, results: [{ ...measured, score: "good" }] }),
    'results.0.score is "good": expected a number; left out',
  ],
  ["evaluation.json", "null", "it is null: expected an object; left out"],
])("what can't be used is a note and no number: %s %s", (name, text, note) => {
  const { values, notes } = collected(name, text);
  expect([...values.keys()]).toEqual(["negativeElbo", "reconstruction", "kl"]);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(note);
});
