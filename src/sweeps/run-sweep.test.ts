/** The sweep's own logic, with an executor that only pretends. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import type { JobEvent, SweptRun } from "../jobs/index.ts";
import { readRecord } from "../runs/index.ts";
import { defineSweep } from "./definition.ts";
import type { Executor, Task, TaskOutcome, TaskStatus } from "./executors/executor.ts";
import { type PlannedRun, planSweep, type SweepPlan } from "./plan.ts";
import { countPending, runSweep } from "./run-sweep.ts";

class Pretender implements Executor {
  readonly submitted: Task[] = [];
  readonly cancelled: string[] = [];
  readonly #outcome: (task: Task) => Promise<TaskOutcome>;

  constructor(outcome: (task: Task) => TaskOutcome | Promise<TaskOutcome>) {
    this.#outcome = async (task) => outcome(task);
  }
  async submit(task: Task): Promise<void> {
    this.submitted.push(task);
  }
  async status(): Promise<TaskStatus> {
    return { state: "running", progress: { stage: "training", done: 1, total: 2 } };
  }
  async cancel(id: string): Promise<void> {
    this.cancelled.push(id);
  }
  collect(id: string): Promise<TaskOutcome> {
    return this.#outcome(this.submitted.find((task) => task.id === id)!);
  }
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

async function carryOut(of: SweepPlan, executor: Executor, signal?: AbortSignal) {
  const events: JobEvent[] = [];
  const sweep = runSweep(of, { executor, threads: 1, signal, interval: 1 });
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

test("finished runs are not repeated, interrupted ones are resumed, steps that are left are done", async () => {
  const first = plan();
  await carryOut(first, new Pretender(finished));
  const [a, b, c] = first.runs;
  mkdirSync(join(a!.path, "tables"), { recursive: true });
  writeFileSync(join(a!.path, "tables", "evaluation.json"), "{}");
  const again = { ...first, runs: [found(a!, "finished"), found(b!, "finished"), found(c!, "interrupted")] };
  expect(countPending(again)).toBe(2);
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
  expect(countPending(trained)).toBe(0);
  expect(countPending({ ...trained, steps: [{ job: "evaluate", options: { samples: 5 } }] })).toBe(3);
});

test("an abort cancels every run; they end as interrupted", async () => {
  const sweep = plan();
  const controller = new AbortController();
  const executor: Pretender = new Pretender(async () => {
    while (executor.cancelled.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    return { state: "cancelled", steps: [], notes: [], seconds: 1 };
  });
  setTimeout(() => controller.abort(), 10);
  const { runs } = await carryOut(sweep, executor, controller.signal);
  expect(executor.cancelled).toEqual(sweep.runs.map(({ identity }) => identity));
  expect(runs.map(({ status }) => status)).toEqual(["interrupted", "interrupted", "interrupted"]);
});

test("jobs get the threads of their share unless the config says otherwise", async () => {
  const executor = new Pretender(finished);
  const sweep = plan();
  const runs = sweep.runs.map((run, i) =>
    i === 0 ? { ...run, config: { ...run.config, threads: 6 } } : run,
  );
  await carryOut({ ...sweep, runs }, executor);
  expect(executor.submitted.map(({ config }) => config.threads)).toEqual([6, 1, 1]);
});
