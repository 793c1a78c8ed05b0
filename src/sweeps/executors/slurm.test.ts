/** The Slurm executor against stand-ins for Slurm's commands: what it asks for, and what it makes of the answers. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import type { Task } from "../../jobs/index.ts";
import { slurmExecutor } from "./slurm.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
const said = join(folder, "said");
const path = process.env.PATH;

/** A command that notes its words and answers with the content of a file, or fails. */
function stand(name: string, answer: string): void {
  const place = join(folder, "bin", name);
  writeFileSync(place, `#!/bin/sh\necho ${name} "$@" >> '${said}'\n${answer}\n`);
  chmodSync(place, 0o755);
}

beforeAll(() => {
  mkdirSync(join(folder, "bin"));
  process.env.PATH = `${join(folder, "bin")}:${path}`;
});
afterAll(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

let sweeps = 0;
async function opened(options: { throttle?: number; time?: string } = {}) {
  const sweep = join(folder, `sweep-${sweeps++}`);
  mkdirSync(join(sweep, "tasks"), { recursive: true });
  rmSync(said, { force: true });
  onTestFinished(() => rmSync(said, { force: true }));
  stand("sinfo", "echo slurm 22.05.8");
  stand("sbatch", 'n=$(cat "$0.n" 2>/dev/null || echo 40); n=$((n + 1)); echo $n > "$0.n"; echo $n');
  stand("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
  stand("sacct", "exit 1");
  const place = { address: "slurm", folder: sweep, pending: 1, devices: [], environment: {} };
  return { sweep, executor: await slurmExecutor.open(place, slurmExecutor.options.parse(options)) };
}

const task = (id: string, more: Partial<Task> = {}): Task => ({
  format: 1,
  software: "0",
  id,
  name: `run-${id}`,
  path: join(folder, id),
  log: join(folder, `${id}.log`),
  config: {},
  steps: [],
  ...more,
});
const submissions = (): string[] =>
  readFileSync(said, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("sbatch"));

test("resources are a task's own: an array for each kind, and a GPU for a run that computes on one", async () => {
  const { executor } = await opened({ throttle: 2 });
  const resources = { partition: "gpu", time: "2:00:00", mem: "4G", cpus: 3 };
  await executor.submit([
    task("a", { resources }),
    task("b", { resources }),
    task("c", { config: { device: "cuda" } }),
    task("d", { config: { device: "cuda" }, resources: { gpus: 0 } }),
  ]);
  const [first, second, third] = submissions();
  expect(first).toMatch(/--array=0-1%2 --cpus-per-task=3 .*--partition=gpu --time=2:00:00 --mem=4G /);
  expect(first).toContain("--requeue");
  expect(first).toContain("--signal=B:USR1@60");
  expect(second).toMatch(/--array=0-0%2 --cpus-per-task=1 .*--gpus=1 /);
  expect(third).toMatch(/--gpus=0 /);
  // Tried again by somebody who only has the tasks: with the same.
  await executor.submit([task("a", { resources })]);
  expect(submissions().at(-1)).toMatch(/--array=0-0%2 --cpus-per-task=3 .*--mem=4G /);
});

test("what left the queue without a word: sacct says how, and only where there is one", async () => {
  const { sweep, executor } = await opened();
  const lost = task("a");
  await executor.submit([lost]);
  const status = async () => (await executor.statusAll([lost])).get("a")!;
  const again = async (accounts: string) => {
    stand("sacct", accounts);
    return status();
  };
  const place = `see ${join(sweep, "slurm")}`;
  const element = /Slurm ended \d+_0 without a word/.exec(
    ((await status()) as { error: { message: string } }).error.message,
  )![0];
  expect(await again("exit 1")).toMatchObject({ state: "failed", error: { message: element, hint: place } });
  expect(await again("echo 'OUT_OF_MEMORY|0:125'")).toMatchObject({
    state: "failed",
    error: { message: `${element} (OUT_OF_MEMORY|0:125)`, hint: expect.stringContaining("`mem`") },
  });
  expect(await again("echo 'NODE_FAIL|1:0'")).toMatchObject({
    error: { message: `${element} (NODE_FAIL|1:0)`, hint: place },
  });
  expect(await again("echo 'CANCELLED by 1000|0:15'")).toMatchObject({ state: "cancelled" });
  expect(readFileSync(said, "utf8")).toMatch(/sacct -n -X -P -j \d+_0 -o State,ExitCode/);
  // What is on disk outranks it.
  const outcome = { state: "finished", steps: [], notes: [], seconds: 1 };
  writeFileSync(join(sweep, "slurm", "outcomes", "a.json"), JSON.stringify({ tasks: [outcome] }));
  expect(await status()).toEqual(outcome);
  await executor.forget([lost]);
  expect(existsSync(join(sweep, "slurm", "outcomes", "a.json"))).toBe(false);
});

test("a worker that could not be started on its node has failed, and says where to look", async () => {
  const { sweep, executor } = await opened();
  await executor.submit([task("a"), task("b")]);
  const place = (id: string) => join(sweep, "slurm", "outcomes", `${id}.json`);
  writeFileSync(place("a"), "");
  writeFileSync(place("b"), "Error: Cannot find module");
  const found = await executor.statusAll([task("a"), task("b")]);
  for (const [id, left] of [
    ["a", "nothing"],
    ["b", "no outcome"],
  ] as const)
    expect(found.get(id)).toMatchObject({
      state: "failed",
      error: {
        message: expect.stringContaining(`it left ${left} in ${place(id)}`),
        hint: expect.stringContaining(`array-*.txt in ${join(sweep, "slurm")}`),
      },
    });
});

/** The script of a task's array with stand-ins for its worker and for Slurm. */
async function scripted(worker: string) {
  const { sweep, executor } = await opened();
  stand("worker", worker);
  stand("scontrol", "");
  const { execPath } = process;
  process.execPath = join(folder, "bin", "worker");
  await executor.submit([task("a")]).finally(() => {
    process.execPath = execPath;
  });
  const script = readdirSync(join(sweep, "slurm")).find((name) => name.endsWith(".sh"))!;
  const cancelled = join(sweep, "slurm", "cancelled-a");
  /** Runs it to its end, `meanwhile` once the worker has begun; true where it was queued again. */
  const turn = async (meanwhile: (child: ChildProcess) => void): Promise<boolean> => {
    rmSync(join(folder, "begun"), { force: true });
    rmSync(said, { force: true });
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: "0", SLURM_ARRAY_JOB_ID: "7", SLURM_JOB_ID: "8" };
    const child = spawn(join(sweep, "slurm", script), { env, stdio: "ignore" });
    const ended = once(child, "exit");
    await expect.poll(() => existsSync(join(folder, "begun"))).toBe(true);
    meanwhile(child);
    await ended;
    return readFileSync(said, "utf8").includes("scontrol requeue 7_0");
  };
  const status = async () => (await executor.statusAll([task("a")])).get("a");
  return { cancelled, turn, status };
}
const begins = `touch '${folder}/begun'`;
const waits = `${begins}; while :; do sleep 0.02; done`;

test("a turn that was warned is queued again, unless it was cancelled meanwhile", async () => {
  const { cancelled, turn } = await scripted(`trap 'exit 130' USR1; ${waits}`);
  expect(await turn((child) => child.kill("SIGUSR1"))).toBe(true);
  writeFileSync(cancelled, "");
  expect(await turn((child) => child.kill("SIGUSR1"))).toBe(false);
});

test("a worker that is killed leaves by which signal; one that is stopped, even as it begins, was cancelled", async () => {
  const crashing = await scripted(`${begins}; kill -SEGV $$`);
  expect(await crashing.turn(() => {})).toBe(false);
  const message = "its worker was killed (status 139, SEGV)";
  const hint = expect.stringMatching(/^the end of array-\*\.txt in .* says why$/);
  expect(await crashing.status()).toMatchObject({ state: "failed", error: { code: "died", message, hint } });
  for (const worker of [`trap 'exit 130' TERM; ${waits}`, waits]) {
    const stopped = await scripted(worker);
    expect(await stopped.turn((child) => child.kill("SIGTERM"))).toBe(false);
    expect(await stopped.status()).toMatchObject({ state: "cancelled" });
  }
});

test("what a worker came to as it was stopped is not lost", async () => {
  const outcome = { state: "finished", steps: [], notes: [], seconds: 1 };
  const answer = JSON.stringify({ tasks: [outcome] });
  // Bash may have seen its end when it looks: then the wait was ended by the signal, and the worker is no more.
  const { turn, status } = await scripted(`trap "cat '${folder}/answer'; exit 0" TERM; ${waits}`);
  writeFileSync(join(folder, "answer"), answer);
  expect(await turn((child) => child.kill("SIGTERM"))).toBe(false);
  expect(await status()).toEqual(outcome);
});

test("a time that leaves none to train in is refused", async () => {
  for (const time of ["1", "2", "0:30", "0:02:59", "0-0:2"]) {
    const { message } = await failure("usage", () => opened({ time }));
    expect(message).toContain(`\`time\` is ${time}:`);
  }
  for (const time of ["3", "3:00", "0:03:00", "0-1", "1-0:0:0", "UNLIMITED"]) await opened({ time });
});
