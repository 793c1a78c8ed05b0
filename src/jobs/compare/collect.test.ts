import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLine } from "../../../test/helpers/command-line.ts";
import { failure } from "../../../test/helpers/data.ts";
import type { OnProgress } from "../../base/progress.ts";
import { collectRuns } from "./collect.ts";

const { copyOfRun } = commandLine();

const measured = {
  metric: "mig",
  definition: "mutual information gap",
  unit: "share",
  better: "higher",
  step: 12,
  seed: 0,
  settings: { bins: 20 },
  samples: { images: 100 },
  score: 0.25,
  parts: {},
  interval: { low: 0.2, high: 0.3, level: 0.95, replicates: 200, resampled: "images" },
};
const metrics = {
  format: 2,
  run: "finished",
  software: { betalab: "0.1.0" },
  checkpoint: { step: 12, hash: "0123456789abcdef" },
  measuredAt: "2026-11-26T00:00:00.000Z",
  data: "digits",
  images: 100,
  latentDim: 2,
  seed: 0,
  results: [measured],
  skipped: [],
  seconds: { encoding: 1, total: 2 },
};

/** The numbers and notes of a run with this `tables/NAME`. */
async function collected(name: string, text: string) {
  const path = copyOfRun((run) => {
    mkdirSync(join(run, "tables"), { recursive: true });
    writeFileSync(join(run, "tables", name), text);
  });
  const [run] = (await collectRuns([path], {})).runs;
  return run!;
}

test("the numbers of a table count", async () => {
  const { values, chances, notes } = await collected("metrics.json", JSON.stringify(metrics));
  expect(values.get("metric:mig")).toBe(0.25);
  expect([...chances]).toEqual([]);
  expect(notes).toEqual([]);
});

test("a metric's chance level comes with it", async () => {
  const known = { ...measured, chance: { score: 0.02, from: "permuted codes" } };
  const { chances } = await collected("metrics.json", JSON.stringify({ ...metrics, results: [known] }));
  expect([...chances]).toEqual([["metric:mig", 0.02]]);
});

test("runs of one name are called by their paths, in their notes too", async () => {
  const paths = [0, 1].map(() =>
    copyOfRun((run) => {
      mkdirSync(join(run, "tables"), { recursive: true });
      writeFileSync(join(run, "tables", "metrics.json"), "[");
    }),
  );
  for (const { name, path, notes } of (await collectRuns(paths, {})).runs) {
    expect([name, notes]).toEqual([path, [expect.stringMatching(`^${path}: can't read `)]]);
  }
});

test.each([
  ["metrics.json", "[", /can't read .*tables\/metrics\.json: .*JSON/],
  ["metrics.json", '{"format":3,"step":12}', "has format 3; this betalab reads format 2"],
  [
    "metrics.json",
    JSON.stringify({ ...metrics, checkpoint: { step: 8, hash: "" } }),
    "is of step 8, its weights are of step 12; left out",
  ],
  [
    "metrics.json",
    JSON.stringify({ ...metrics, results: [{ ...measured, score: "good" }] }),
    'results.0.score is "good": must be a number; left out',
  ],
  ["evaluation.json", "null", "it is null: expected an object; left out"],
])("what can't be used is a note and no number: %s %s", async (name, text, note) => {
  const { values, notes } = await collected(name, text);
  expect([...values.keys()]).toEqual(["negativeElbo", "reconstruction", "kl"]);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(note);
});

test("runs are read one by one: it is said how many, and it can be stopped", async () => {
  const paths = [0, 1, 2].map(() => copyOfRun());
  const stop = new AbortController();
  const told: string[] = [];
  const onProgress: OnProgress = ({ stage, done, total }) => {
    told.push(`${stage} ${done}/${total}`);
    if (done === 1) stop.abort();
  };
  const work = collectRuns(paths, {}, { signal: stop.signal, onProgress });
  expect((await failure("interrupted", () => work)).message).toBe("stopped while reading runs");
  expect(told).toEqual(["reading runs 0/3", "reading runs 1/3"]);
});
