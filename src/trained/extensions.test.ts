/** A run that was trained with an objective of a user's own: opened with it, without it, and with another. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { ownObjective } from "../../test/helpers/extensions.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { smallSettings } from "../../test/helpers/small-run.ts";
import { configuration, extend } from "../config/index.ts";
import { shipped } from "../config/node.ts";
import type { JobEvent } from "../jobs/index.ts";
import { resume } from "../jobs/resume.ts";
import { train } from "../jobs/train.ts";
import { openModel } from "./index.ts";

const registries = extend(shipped, { objectives: [ownObjective()] });
const changed = extend(shipped, { objectives: [ownObjective(5)] });
const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let path: string;
const notesOf = (kept: string) => [
  expect.stringMatching(new RegExp(`^the objective "mine" has changed since ${kept} was trained with it`)),
];

beforeAll(async () => {
  path = join(folder, "run");
  const set = [...smallSettings, "objective={kind: mine, weight: 3}", "training.epochs=1"];
  const { config } = configuration(registries).resolve("demo", { set });
  await runJob(train, config, { out: path }, { registries });
});

test("run.json and model.json say what is needed", () => {
  const needed = [{ registry: "objectives", name: "mine", hash: expect.stringMatching(/^[0-9a-f]{64}$/) }];
  for (const file of ["run.json", join("model", "model.json")]) {
    expect(JSON.parse(readFileSync(join(path, file), "utf8")).extensions).toEqual(needed);
  }
});

test("with it, the run and its exported model open without a word", () => {
  for (const place of [path, join(path, "model")]) {
    const { config, notes } = openModel(place, { registries });
    expect(config.objective).toEqual({ kind: "mine", weight: 3 });
    expect(notes).toEqual([]);
  }
});

test("without it, what is missing is named first of all", async () => {
  for (const place of [path, join(path, "model")]) {
    const error = await failure("run", () => openModel(place));
    expect(error.message).toBe(`${place} needs the objective "mine", which is not here`);
  }
  const error = await failure("run", () => runJob(resume, path, { epochs: 2 }));
  expect(error.message).toBe(`${path} needs the objective "mine", which is not here`);
});

test("with another definition of that name, a note", async () => {
  expect(openModel(path, { registries: changed }).notes).toEqual(notesOf(path));
  const notes: string[] = [];
  const onEvent = (event: JobEvent) => {
    if (event.type === "prepared") notes.push(...event.notes);
  };
  await runJob(resume, path, { epochs: 2 }, { registries: changed, onEvent });
  expect(notes.slice(0, 1)).toEqual(notesOf(path));
});
