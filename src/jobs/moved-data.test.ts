/** A run whose data was moved after the training goes on where it is named, to the same bits, and on no other data. */

import { cpSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { makeDataset } from "../data/node.ts";
import { evaluate } from "./evaluate.ts";
import { resume } from "./resume.ts";
import { train } from "./train.ts";

const set = [
  "data={source: npz}",
  "model.hidden=[8]",
  "model.latentDim=2",
  "data.batchSize=16",
  "training.stepsPerCall=4",
  "threads=1",
];

test("data that was moved", async () => {
  const folder = temporaryFolder();
  const [before, after, other, root] = ["before", "after", "other", "root"].map((name) => join(folder, name));
  for (const [place, seed] of [
    [before!, 0],
    [other!, 1],
  ] as const) {
    mkdirSync(place);
    await makeDataset("digits", { count: 60, seed }, join(place, "set.npz"));
  }
  const run = join(folder, "run");
  const weights = (path: string) => readFileSync(join(path, "model", "weights.safetensors"));
  await runJob(train, "demo", { data: before!, epochs: 1, set, out: run });
  const stayed = join(folder, "stayed");
  cpSync(run, stayed, { recursive: true });
  await runJob(resume, stayed, { epochs: 3 });

  renameSync(before!, after!);
  const gone = await failure("data", () => runJob(resume, run, { epochs: 2 }));
  expect([gone.message, gone.hint]).toEqual([
    expect.stringContaining(before!),
    expect.stringContaining("`data`"),
  ]);
  const wrong = await failure("run", () => runJob(resume, run, { epochs: 2, data: other! }));
  expect(wrong.message).toMatch(/is of other data: fingerprint [0-9a-f]{12}…, found [0-9a-f]{12}…/);
  await runJob(resume, run, { epochs: 2, data: after! });
  // From then on it is known where the data is; and what stands below BETALAB_DATA under the end of its path is found.
  await runJob(resume, run, { epochs: 3 });
  expect(weights(run).equals(weights(stayed))).toBe(true);

  mkdirSync(root!);
  renameSync(after!, join(root!, "after"));
  const mapped = { environment: { BETALAB_DATA: root! } };
  const { value, notes } = await runJob(evaluate, run, { samples: 2, limit: 5 }, mapped);
  expect([value.checkpoint.step, notes!.join()]).toEqual([9, expect.not.stringContaining("has changed")]);
  const { notes: said } = await runJob(evaluate, run, { samples: 2, limit: 5, data: other! });
  expect(said!.join()).toContain("has changed since the model was trained");
});
