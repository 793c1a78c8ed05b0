/** Worker processes that are scripts of a line: how the executor starts, stops and buries them. */
import { expect, test } from "vitest";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import type { Task } from "./executor.ts";
import { LocalExecutor, shareCores } from "./local.ts";

const task = (id: string): Task => ({
  id,
  name: id,
  path: "nowhere",
  config: smallConfig(),
  steps: [],
});
const worker = (script: string, jobs = 1) =>
  new LocalExecutor({ jobs, environment: process.env, command: [process.execPath, "-e", script] });
/** Reads the job and says so; ends when its stdin does. */
const patient = `process.stdin.once("data", (line) => console.log(JSON.stringify({ type: "progress", progress: { stage: JSON.parse(line).name, done: 1, total: 2 } })));
  process.stdin.on("end", () => console.log('{"type":"interrupted"}'));`;
const until = async (ready: () => Promise<boolean>): Promise<void> => {
  while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 10));
};

test("cores: a process with one thread each, several threads where runs are few", () => {
  expect(shareCores(18, undefined, 2)).toEqual({ jobs: 2, threads: 1 });
  expect(shareCores(1, undefined, 2)).toEqual({ jobs: 1, threads: 2 });
  expect(shareCores(3, undefined, 8)).toEqual({ jobs: 3, threads: 2 });
  expect(shareCores(18, 4, 2)).toEqual({ jobs: 4, threads: 1 });
  expect(shareCores(0, undefined, 2)).toEqual({ jobs: 1, threads: 2 });
});

test("one at a time: the second starts when the first has ended; cancelling stops it", async () => {
  const executor = worker(patient);
  await executor.submit(task("a"));
  await executor.submit(task("b"));
  await executor.submit(task("a"));
  await until(async () => (await executor.status("a")).progress?.stage === "a");
  expect(await executor.status("b")).toMatchObject({ state: "queued" });
  await executor.cancel("a");
  expect(await executor.collect("a")).toMatchObject({ state: "cancelled" });
  expect(await executor.status("b")).toMatchObject({ state: "running" });
  await executor.cancel("b");
  expect(await executor.collect("b")).toMatchObject({ state: "cancelled" });
});

test("a queued job that is cancelled never starts", async () => {
  const executor = worker(patient);
  await executor.submit(task("a"));
  await executor.submit(task("b"));
  await executor.cancel("b");
  expect(await executor.collect("b")).toEqual({ state: "cancelled", steps: [], notes: [], seconds: 0 });
  await executor.cancel("a");
  await executor.collect("a");
});

test("steps and errors that a worker tells; a worker that dies without a word", async () => {
  const told = worker(
    `console.log('{"type":"step","step":{"job":"evaluate","paths":["tables/evaluation.json"]}}'); console.log('{"type":"error","error":{"code":"data","message":"no factors"}}')`,
  );
  await told.submit(task("a"));
  expect(await told.collect("a")).toMatchObject({
    state: "failed",
    steps: [{ job: "evaluate", paths: ["tables/evaluation.json"] }],
    error: { code: "data", message: "no factors" },
  });
  const dying = worker(`process.stderr.write("first\\nout of luck\\n"); process.exit(7)`);
  await dying.submit(task("a"));
  expect((await dying.collect("a")).error!.message).toBe("its process ended with status 7: out of luck");
  const killed = worker(`process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 1000)`);
  await killed.submit(task("a"));
  expect((await killed.collect("a")).error).toMatchObject({
    message: "its process was killed by SIGKILL",
    hint: expect.stringContaining("memory"),
  });
});

test("a program that isn't there", async () => {
  const executor = new LocalExecutor({ jobs: 1, environment: {}, command: ["./no-such-program"] });
  await executor.submit(task("a"));
  expect((await executor.collect("a")).error!.message).toContain("can't start a worker process");
});
