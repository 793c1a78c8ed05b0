/** A task goes where its paths are others: they are absolute, and what a worker maps is found, by whoever goes on too. */

import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { runJob } from "../../test/helpers/jobs.ts";
import { smallSettings } from "../../test/helpers/small-run.ts";
import { makeDataset } from "../data/node.ts";
import { executor, type Task, type TaskStatus } from "../jobs/index.ts";
import { createWorkbench } from "../workbench/index.ts";
import { mappedTask } from "./tasks.ts";
import { worker } from "./worker.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Keeps what it is given, and does nothing. */
const leaves = executor({
  name: "leaves",
  summary: "keeps what it is given",
  options: z.strictObject({ mem: z.string().optional(), gpus: z.int().optional() }),
  lasting: true,
  open: async () => ({
    submit: async () => {},
    statusAll: async (tasks) =>
      new Map(tasks.map(({ id }): [string, TaskStatus] => [id, { state: "queued" }])),
    cancel: async () => {},
    logs: async () => "",
    forget: async () => {},
    close: async () => {},
  }),
});

test("the longest way of a path below a root that is mapped, and nothing that only begins alike", () => {
  const task = { path: "/lab/runs/a", log: "/laboratory/a.log", data: "/lab", configModule: "/x/lab/m.js" };
  expect(mappedTask(task as Task, ["/lab/=/mnt/lab/"])).toEqual({
    path: "/mnt/lab/runs/a",
    log: "/laboratory/a.log",
    data: "/mnt/lab",
    configModule: "/x/lab/m.js",
  });
  expect(mappedTask(task as Task, [])).toEqual(task);
});

test("a relative data.path is sent absolute; a worker maps it; a step after another worker's training finds it", async () => {
  const at = (place: string, ...parts: string[]) => join(folder, place, ...parts);
  await makeDataset("digits", { count: 60, seed: 0 }, at("set.npz"));
  const lab = mkdtempSync(at("lab-"));
  renameSync(at("set.npz"), join(lab, "set.npz"));
  const own = smallSettings.filter((text) => !text.startsWith("data.count"));
  const set = {
    ...Object.fromEntries(
      own.map((text) => text.split("=")).map(([key, value]) => [key, JSON.parse(value!)]),
    ),
    data: { source: "npz", path: relative(process.cwd(), join(lab, "set.npz")) },
  };
  const environment = { BETALAB_CACHE: at("cache") };
  // biome-ignore lint/suspicious/noThenProperty: a sweep's own key.
  const sweep = { config: "demo", set, seeds: 1, then: [{ evaluate: { samples: 2 } }] };
  await createWorkbench({ executors: [leaves] }, { environment }).sweep(sweep, {
    out: join(lab, "sweep"),
    on: "leaves",
    detach: true,
    epochs: 1,
    mem: "4G",
    gpus: 0,
  });
  const file = (place: string) => join(place, "sweep", "tasks", "seed-0.json");
  const task = JSON.parse(readFileSync(file(lab), "utf8")) as Task;
  expect(task).toMatchObject({ data: join(lab, "set.npz"), resources: { mem: "4G", gpus: 0 } });

  const work = async (place: string) => {
    const { value } = await runJob(worker, undefined, { task: [file(place)], map: [`${lab}=${place}`] });
    return value.tasks[0]!;
  };
  const [first, second] = [at("first"), at("second")];
  renameSync(lab, first);
  // The first worker trains, and dies before the step.
  writeFileSync(file(first), JSON.stringify({ ...task, steps: [] }));
  expect(await work(first)).toMatchObject({ state: "finished", steps: [] });
  const run = JSON.parse(readFileSync(join(first, "sweep", "seed-0", "run.json"), "utf8"));
  expect(run.data.directory).toBe(join(first, "set.npz"));
  renameSync(first, second);
  writeFileSync(file(second), JSON.stringify(task));
  expect(await work(second)).toMatchObject({ state: "finished", steps: [{ job: "evaluate" }] });
});

test("a sweep that is edited while it runs: what it has no longer stays as it is, and is named", async () => {
  const { sweep } = createWorkbench(
    { executors: [leaves] },
    { environment: { BETALAB_CACHE: join(folder, "cache") } },
  );
  const set = Object.fromEntries(
    smallSettings.map((text) => text.split("=")).map(([key, value]) => [key, JSON.parse(value!)]),
  );
  const out = join(folder, "edited");
  const submit = (...betas: number[]) =>
    sweep({ config: "demo", set, grid: { "objective.beta": betas } }, { out, on: "leaves", detach: true });
  await submit(1, 2);
  const first = readFileSync(join(out, "tasks", "beta-1.json"), "utf8");
  const { notes, value } = await submit(2, 3);
  expect(notes).toContain("of an earlier version of this sweep, left as they are: beta-1");
  expect(value.runs.map(({ name, status }) => [name, status])).toEqual([
    ["beta-2", "waiting"],
    ["beta-3", "waiting"],
  ]);
  expect(readFileSync(join(out, "tasks", "beta-1.json"), "utf8")).toBe(first);
});

test("tasks of another version are looked at, and not tried again", async () => {
  const stopped = executor({
    ...leaves,
    name: "stopped",
    open: async (place, options) => ({
      ...(await leaves.open(place, options)),
      statusAll: async (tasks) =>
        new Map(
          tasks.map(({ id }): [string, TaskStatus] => [
            id,
            { state: "cancelled", steps: [], notes: [], seconds: 0 },
          ]),
        ),
    }),
  });
  const environment = { BETALAB_CACHE: join(folder, "cache") };
  const { sweep, sweepStatus, sweepRetry } = createWorkbench({ executors: [stopped] }, { environment });
  const set = Object.fromEntries(
    smallSettings.map((text) => text.split("=")).map(([key, value]) => [key, JSON.parse(value!)]),
  );
  const out = join(folder, "older");
  await sweep({ config: "demo", set, seeds: 1 }, { out, on: "stopped", detach: true });
  const file = join(out, "tasks", "seed-0.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), software: "0.0.1" }));
  expect((await sweepStatus(out)).value.runs).toMatchObject([{ name: "seed-0", status: "interrupted" }]);
  await expect(sweepRetry(out)).rejects.toThrow(`${file} is of betalab 0.0.1`);
});

test("an executor that opens after the sweep was stopped is closed", async () => {
  const stop = new AbortController();
  let submitted: Promise<unknown> | undefined;
  const closed = new Promise<void>((resolve) => {
    const late = executor({
      ...leaves,
      name: "late",
      async open(place, options) {
        stop.abort();
        await new Promise((wake) => setTimeout(wake, 20));
        return { ...(await leaves.open(place, options)), close: async () => resolve() };
      },
    });
    const { sweep } = createWorkbench(
      { executors: [late] },
      { environment: { BETALAB_CACHE: join(folder, "cache") } },
    );
    const set = Object.fromEntries(
      smallSettings.map((text) => text.split("=")).map(([key, value]) => [key, JSON.parse(value!)]),
    );
    submitted = sweep(
      { config: "demo", set, seeds: 1 },
      { out: join(folder, "late"), on: "late" },
      { signal: stop.signal },
    );
  });
  await expect(submitted).rejects.toThrow("stopped");
  await closed;
});
