/** The sweep's own logic, with an executor that only pretends. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import type { Executor, JobEvent, SweptRun, Task, TaskOutcome, TaskStatus } from "../jobs/index.ts";
import { readRecord } from "../runs/index.ts";
import { defineSweep } from "./definition.ts";
import { type PlannedRun, planSweep, type SweepPlan } from "./plan.ts";
import { pendingRuns, runSweep, type SweepOptions } from "./run-sweep.ts";
import { taskOf } from "./tasks.ts";

class Pretender implements Executor {
  readonly submitted: Task[] = [];
  readonly cancelled: string[] = [];
  readonly #outcome: (task: Task) => TaskStatus | undefined;

  constructor(outcome: (task: Task) => TaskStatus | undefined) {
    this.#outcome = outcome;
  }
  async submit(tasks: readonly Task[]): Promise<void> {
    this.submitted.push(...tasks);
  }
  async statusAll(tasks: readonly Task[]): Promise<ReadonlyMap<string, TaskStatus>> {
    return new Map(
      tasks.flatMap((task) => {
        const status = this.#outcome(task);
        return status === undefined ? [] : [[task.id, status] as const];
      }),
    );
  }
  async cancel(tasks: readonly Task[]): Promise<void> {
    this.cancelled.push(...tasks.map(({ name }) => name));
  }
  async logs(): Promise<string> {
    return "";
  }
  async forget(): Promise<void> {}
  async close(): Promise<void> {}
}

const finished = ({ steps }: Task): TaskOutcome => ({
  state: "finished",
  steps: steps.map(({ job }) => ({ job, paths: ["tables/evaluation.json"] })),
  notes: ["grey pixels are no Bernoulli's"],
  seconds: 1,
});

function plan(out = temporaryFolder()): SweepPlan {
  // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
  const input = { config: "demo", grid: { "objective.beta": [1, 2, 4] }, then: ["evaluate"] };
  return planSweep(defineSweep(input, "test"), { out });
}

async function carryOut(of: SweepPlan, executor: Executor, more: Partial<SweepOptions> = {}) {
  const events: JobEvent[] = [];
  const around = { folder: of.path, data: () => undefined, fingerprint: () => "f" };
  const sweep = runSweep(of, {
    executor,
    task: (run, steps) => taskOf(run, steps, around),
    interval: 1,
    ...more,
  });
  for (;;) {
    const { done, value } = await sweep.next();
    if (done) return { events, runs: value as readonly SweptRun[] };
    events.push(value as JobEvent);
  }
}

const found = (run: PlannedRun, what: PlannedRun["found"]): PlannedRun => ({ ...run, found: what });

test("a failed run doesn't stop the others, and is listed with its reason", async () => {
  const sweep = plan();
  const executor = new Pretender((task) =>
    task.name === "beta-2"
      ? {
          state: "failed",
          steps: [],
          notes: [],
          seconds: 1,
          error: { code: "diverged", message: "step 3: loss is NaN" },
        }
      : finished(task),
  );
  const { runs, events } = await carryOut(sweep, executor);
  // What several runs have to say is said once.
  expect(events.filter(({ type }) => type === "note")).toEqual([
    { type: "note", text: "beta-1: grey pixels are no Bernoulli's" },
  ]);
  expect(runs.map(({ name, status, error }) => [name, status, error])).toEqual([
    ["beta-1", "finished", undefined],
    ["beta-2", "failed", "step 3: loss is NaN"],
    ["beta-4", "finished", undefined],
  ]);
  expect(events.filter((event) => event.type === "runs" && event.ended !== undefined)).toHaveLength(3);
  expect(readRecord(sweep.path)!.runs[1]).toMatchObject({
    status: "failed",
    error: "step 3: loss is NaN",
    steps: {},
  });
  expect(readRecord(sweep.path)!.runs[0]).toMatchObject({
    status: "finished",
    steps: { evaluate: { options: "{}", paths: ["tables/evaluation.json"] } },
  });
});

test("a forecast is told once, and runs that end together are counted one after another", async () => {
  const notes = ["about 6.1 s an epoch", "about 6.2 s an epoch", "about 6.1 s an epoch"];
  const executor = new Pretender((task) => ({
    ...finished(task),
    notes: [`forecast: ${notes[Number(task.name.at(-1)) % 3]}, 0.4 GB of memory`],
  }));
  const { events } = await carryOut(plan(), executor);
  expect(events.filter(({ type }) => type === "note")).toEqual([
    { type: "note", text: "beta-1: forecast: about 6.2 s an epoch, 0.4 GB of memory" },
  ]);
  const counts = events.flatMap((event) =>
    event.type === "runs" ? [event.runs.filter(({ status }) => status === "finished").length] : [],
  );
  expect(counts).toEqual([1, 2, 3]);
});

test("finished runs are not repeated, interrupted ones are resumed, steps that are left are done", async () => {
  const first = plan();
  await carryOut(first, new Pretender(finished));
  const [a, b, c] = first.runs;
  mkdirSync(join(a!.path, "tables"), { recursive: true });
  writeFileSync(join(a!.path, "tables", "evaluation.json"), "{}");
  const again = { ...first, runs: [found(a!, "finished"), found(b!, "finished"), found(c!, "interrupted")] };
  expect(pendingRuns(again).map(({ name }) => name)).toEqual(["beta-2", "beta-4"]);
  const executor = new Pretender(finished);
  const { runs } = await carryOut(again, executor);
  // The second's evaluation is gone: only that is done again.
  expect(executor.submitted.map(({ name, steps }) => [name, steps.length])).toEqual([
    ["beta-2", 1],
    ["beta-4", 1],
  ]);
  expect(runs.map(({ before }) => before)).toEqual([true, false, false]);
});

test("a step with other options is done again", async () => {
  const first = plan();
  await carryOut(first, new Pretender(finished));
  for (const { path } of first.runs) {
    mkdirSync(join(path, "tables"), { recursive: true });
    writeFileSync(join(path, "tables", "evaluation.json"), "{}");
  }
  const trained = { ...first, runs: first.runs.map((run) => found(run, "finished")) };
  expect(pendingRuns(trained)).toEqual([]);
  expect(pendingRuns({ ...trained, steps: [{ job: "evaluate", options: { samples: 5 } }] })).toHaveLength(3);
});

test("an abort cancels every run; they end as interrupted", async () => {
  const sweep = plan();
  const controller = new AbortController();
  const executor: Pretender = new Pretender(() =>
    executor.cancelled.length === 0
      ? { state: "running" }
      : { state: "cancelled", steps: [], notes: [], seconds: 1 },
  );
  setTimeout(() => controller.abort(), 10);
  const { runs } = await carryOut(sweep, executor, { signal: controller.signal });
  expect(executor.cancelled).toEqual(sweep.runs.map(({ name }) => name));
  expect(runs.map(({ status }) => status)).toEqual(["interrupted", "interrupted", "interrupted"]);
});

test("of an aborted sweep the ends are told of runs that had begun, and what they began with", async () => {
  const sweep = plan();
  const controller = new AbortController();
  const executor: Pretender = new Pretender(({ name }) => {
    if (executor.cancelled.length > 0) return { state: "cancelled", steps: [], notes: [], seconds: 1 };
    return name === "beta-1"
      ? { state: "running", progress: { stage: "training", done: 30, total: 120 } }
      : { state: "queued" };
  });
  setTimeout(() => controller.abort(), 10);
  const continued = { ...sweep, runs: sweep.runs.map((run) => found(run, "interrupted")) };
  const { events, runs } = await carryOut(continued, executor, { signal: controller.signal });
  const ended = events.flatMap((event) => (event.type === "runs" && event.ended ? [event.ended] : []));
  expect(ended.map(({ name, begun }) => [name, begun])).toEqual([["beta-1", 0.25]]);
  expect(runs.map(({ status }) => status)).toEqual(["interrupted", "interrupted", "interrupted"]);
});

test("runs that go on by themselves are left by an abort, and by `detach` after one look", async () => {
  for (const more of [{ signal: AbortSignal.timeout(20) }, { detach: true }]) {
    const executor = new Pretender(() => ({ state: "running" }));
    const { runs } = await carryOut(plan(), executor, { lasting: true, ...more });
    expect(executor.cancelled).toEqual([]);
    expect(runs.map(({ status }) => status)).toEqual(["running", "running", "running"]);
  }
});

test("what an executor has lost is submitted again", async () => {
  const executor: Pretender = new Pretender((task) =>
    executor.submitted.filter(({ id }) => id === task.id).length < 2 ? undefined : finished(task),
  );
  const { runs } = await carryOut(plan(), executor);
  expect(executor.submitted).toHaveLength(6);
  expect(runs.map(({ status }) => status)).toEqual(["finished", "finished", "finished"]);
});

test("a thousand runs that take no time: the sweep itself costs less than 5 ms a run", async () => {
  const input = { config: "demo", grid: { "objective.beta": Array.from({ length: 1000 }, (_, i) => i + 1) } };
  const sweep = planSweep(defineSweep(input, "test"), { out: temporaryFolder() });
  // Of the processor's time, which others who are at work beside this test don't take.
  const before = process.cpuUsage();
  const { runs } = await carryOut(sweep, new Pretender(finished));
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / 1000 / 1000;
  console.log(`${each.toFixed(2)} ms a run`);
  expect(runs).toHaveLength(1000);
  expect(each).toBeLessThan(5);
});
