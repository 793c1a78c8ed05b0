/** Worker processes that are scripts of a line: how the executor starts, stops, keeps and buries them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import type { Task, TaskOutcome, TaskStatus } from "../../jobs/index.ts";
import { LocalExecutor, shareCores, slotsOf } from "./local.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const task = (id: string): Task => ({
  format: 1,
  software: "0.1.0",
  id,
  name: id,
  path: join(folder, id),
  log: join(folder, `${id}.log`),
  config: { ...smallConfig() },
  steps: [],
});
let scripts = 0;
function worker(script: string, jobs = 1): LocalExecutor {
  const file = join(folder, `worker-${scripts++}.cjs`);
  writeFileSync(file, `process.on("disconnect", () => process.exit());\n${script}`);
  const slots = Array.from({ length: jobs }, () => ({ BETALAB_THREADS: "1" }));
  return new LocalExecutor(slots, process.env, file);
}
/** Says that it has begun, and its process; ends when it is told to. */
const patient = `process.on("message", ({ type, task }) => type === "task"
  ? process.send({ type: "progress", progress: { stage: task.name, done: process.pid, total: 2 } })
  : process.send({ type: "ended", outcome: { state: "cancelled", steps: [], notes: [], seconds: 0 } }));`;
const statusOf = async (executor: LocalExecutor, id: string): Promise<TaskStatus> =>
  (await executor.statusAll([task(id)])).get(id)!;
async function until(executor: LocalExecutor, id: string, ready: (status: TaskStatus) => boolean) {
  for (;;) {
    const status = await statusOf(executor, id);
    if (ready(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const begun = (status: TaskStatus): boolean => status.state === "running" && status.progress !== undefined;
const over = (status: TaskStatus): boolean => status.state !== "running" && status.state !== "queued";
const outcome = async (executor: LocalExecutor, id: string) =>
  (await until(executor, id, over)) as TaskOutcome;

test("cores: a process with one thread each, several threads where runs are few", () => {
  expect(shareCores(18, undefined, 2)).toEqual({ jobs: 2, threads: 1 });
  expect(shareCores(1, undefined, 2)).toEqual({ jobs: 1, threads: 2 });
  expect(shareCores(3, undefined, 8)).toEqual({ jobs: 3, threads: 2 });
  expect(shareCores(18, 4, 2)).toEqual({ jobs: 4, threads: 1 });
  expect(shareCores(0, undefined, 2)).toEqual({ jobs: 1, threads: 2 });
});

test("one run a GPU, of those that are ours; as many as asked for share them", () => {
  const place = { pending: 9, devices: ["cuda"], environment: { CUDA_VISIBLE_DEVICES: "2,5" } };
  const gpus = (jobs?: number) => slotsOf(place, jobs).map((slot) => slot.CUDA_VISIBLE_DEVICES);
  expect(gpus()).toEqual(["2", "5"]);
  expect(gpus(3)).toEqual(["2", "5", "2"]);
  expect(slotsOf({ ...place, devices: ["cpu"] }, 2).map((slot) => slot.CUDA_VISIBLE_DEVICES)).toEqual([
    undefined,
    undefined,
  ]);
});

test("one at a time: the second starts when the first has ended, in the same process; cancelling stops it", async () => {
  const executor = worker(patient);
  await executor.submit([task("a"), task("b"), task("a")]);
  const first = await until(executor, "a", begun);
  expect(await statusOf(executor, "b")).toEqual({ state: "queued" });
  await executor.cancel([task("a")]);
  expect(await outcome(executor, "a")).toMatchObject({ state: "cancelled" });
  const second = await until(executor, "b", begun);
  const pid = (status: TaskStatus) => status.state === "running" && status.progress?.done;
  expect(pid(second)).toBe(pid(first));
  await executor.close();
  expect(await statusOf(executor, "b")).toMatchObject({ state: "cancelled" });
});

test("a queued task that is cancelled never starts; what has ended can be submitted again, or forgotten", async () => {
  const executor = worker(patient);
  await executor.submit([task("a"), task("b")]);
  await executor.cancel([task("b")]);
  expect(await statusOf(executor, "b")).toEqual({ state: "cancelled", steps: [], notes: [], seconds: 0 });
  await executor.submit([task("b")]);
  expect(await statusOf(executor, "b")).toEqual({ state: "queued" });
  await executor.close();
  await executor.forget([task("a")]);
  expect(await statusOf(executor, "a")).toBeUndefined();
});

test("what a worker tells; a worker that dies without a word, and the next task in another", async () => {
  const told = worker(`process.on("message", () => process.send({ type: "ended", outcome: { state: "failed",
    steps: [{ job: "evaluate", paths: ["tables/evaluation.json"] }], error: { code: "data", message: "no factors" }, seconds: 1 } }))`);
  await told.submit([task("a")]);
  expect(await outcome(told, "a")).toMatchObject({
    state: "failed",
    steps: [{ job: "evaluate", paths: ["tables/evaluation.json"] }],
    error: { code: "data", message: "no factors" },
  });
  await told.close();
  const dying = worker(
    `process.on("message", () => { process.stderr.write("first\\nout of luck\\n", () => process.exit(7)) })`,
  );
  await dying.submit([task("a"), task("b")]);
  for (const id of ["a", "b"]) {
    expect((await outcome(dying, id)).error!.message).toBe("its process ended with status 7: out of luck");
  }
  const killed = worker(`process.on("message", () => process.kill(process.pid, "SIGKILL"))`);
  await killed.submit([task("a")]);
  expect((await outcome(killed, "a")).error).toMatchObject({
    message: "its process was killed by SIGKILL",
    hint: expect.stringContaining("memory"),
  });
});
