/** `device`: every job that computes with a trained model has it, and computes there. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { type AnyJob, jobs } from "./index.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
const runs: string[] = [];

beforeAll(async () => {
  for (const seed of [1, 2]) {
    const out = join(folder, `seed-${seed}`);
    await runJob(train, smallConfig(`seed=${seed}`), { out });
    runs.push(out);
  }
});

afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What looks at files alone, and what goes on with its run's own config. */
const without = ["resume", "curves", "verify", "tensorboard"];
/** What a job computes for only when it is asked to. */
const asked: Readonly<Record<string, object>> = {
  progress: { of: "traversal" },
  export: { precision: "fp16" },
};

const all = await Promise.all(Object.values(jobs).map((load): Promise<AnyJob> => load()));
const looking = all.filter(({ takes }) => ["run", "model", "runs", "models"].includes(takes));

test("has every job that computes with a trained model", () => {
  const lacking = looking.filter(({ options }) => !("device" in options.shape)).map(({ name }) => name);
  expect(lacking.toSorted()).toEqual(without.toSorted());
});

test.each(looking.filter(({ name }) => !without.includes(name)))("$name computes there", async (job) => {
  // An engine that is there everywhere, and has no GPU anywhere.
  vi.stubEnv("BETALAB_ENGINE", "wasm");
  const subject = job.takes === "runs" || job.takes === "models" ? runs : runs[0];
  const options = { ...asked[job.name], device: "webgpu" };
  // What a stream holds is computed as it is written.
  const error = await failure("device", () => saveJob(job, subject as never, options, { out: folder }));
  expect(error.message).toMatch(/^device "webgpu" does not work here: WebAssembly has the CPU alone/);
});

test("a workbench's own environment names it too, not the process's alone", async () => {
  const [sample, progress] = [await jobs.sample(), await jobs.progress()];
  const environment = { BETALAB_DEVICE: "abacus" };
  for (const work of [
    () => runJob(sample, runs[0]!, {}, { environment }),
    () => runJob(progress, runs[0]!, { of: "traversal" }, { environment }),
  ])
    expect((await failure("device", work)).message).toBe('unknown device "abacus"');
});
