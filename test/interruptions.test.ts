/** Training in a real process that is killed, interrupted, or runs out of disk: nothing is lost. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checkpoints, information, read } from "./helpers/command-line.ts";
import { betalab, notBuilt, start } from "./helpers/processes.ts";
import { everyCall, smallFlags, timeless } from "./helpers/small-run.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach((context) => {
  if (notBuilt !== undefined) context.skip(notBuilt);
});

const EPOCHS = 8;
const STEPS = 6 * EPOCHS;

/** A run that nothing disturbed, to compare with. */
const whole = join(folder, "whole");
beforeAll(async () => {
  if (notBuilt === undefined) await betalab(...train(EPOCHS, "--out", whole));
});

const train = (epochs: number, ...more: string[]) => [
  "train",
  "demo",
  ...smallFlags,
  "--set",
  everyCall,
  "--epochs",
  String(epochs),
  ...more,
];

const metrics = (run: string) => timeless(read(run, "metrics.jsonl"));

function expectWhole(run: string): void {
  const last = checkpoints(whole).at(-1)!;
  expect(checkpoints(run).at(-1)).toBe(last);
  expect(read(run, "checkpoints", last).equals(read(whole, "checkpoints", last)), last).toBe(true);
  for (const file of ["weights.safetensors", "encoder.onnx", "decoder.onnx"]) {
    expect(read(run, "model", file).equals(read(whole, "model", file)), file).toBe(true);
  }
  expect(metrics(run)).toBe(metrics(whole));
  expect(readdirSync(join(run, "figures"))).toEqual(readdirSync(join(whole, "figures")));
  const leftOvers = readdirSync(run, { recursive: true }).filter((name) => String(name).includes(".tmp"));
  expect(leftOvers).toEqual([]);
}

test("kill -9 at random moments, resumed each time: the uninterrupted run, bit for bit", async () => {
  const run = join(folder, "killed");
  let kills = 0;
  let inside = 0;
  for (let argv = train(EPOCHS, "--out", run); kills < 4; argv = ["resume", run]) {
    const training = start(argv);
    await training.said("; into "); // From here on there is a run.
    await wait(Math.random() * 500);
    training.child.kill("SIGKILL");
    if ((await training.ended).signal !== "SIGKILL") break; // It was done first.
    kills++;
    const reached = Number(checkpoints(run).at(-1)?.match(/\d+/)?.[0] ?? 0);
    if (reached > 0 && reached < STEPS) inside++;
  }
  const { status } = await betalab("resume", run);
  expect(status).toBe(0);
  console.log(`${kills} kills, ${inside} of them between the first and the last of ${STEPS} steps`);
  expect(kills).toBeGreaterThan(0);
  expect(information(run).status).toBe("finished");
  expectWhole(run);
}, 120_000);

test("Ctrl-C: a checkpoint, how to go on, exit 130; resume completes the run", async () => {
  const run = join(folder, "interrupted");
  const training = start(train(EPOCHS, "--out", run));
  await training.said(`epoch 1/${EPOCHS}`);
  training.child.kill("SIGINT");
  const { status, out, err } = await training.ended;
  expect(status).toBe(130);
  expect(err).toContain("stopping; press Ctrl-C again to stop at once");
  const { status: recorded, progress } = information(run);
  expect(recorded).toBe("interrupted");
  expect(out).toContain(`Stopped at step ${progress.step} of ${STEPS}.\n`);
  expect(out).toContain(`continue  betalab resume ${run}\n`);
  expect(checkpoints(run).at(-1)).toBe(`step-${String(progress.step).padStart(8, "0")}.safetensors`);
  expect(JSON.parse(read(run, "lease").toString()).released).toBe(true);

  expect((await betalab("resume", run)).status).toBe(0);
  expectWhole(run);
});

test("a second Ctrl-C stops at once; the run is as whole as after a kill", async () => {
  const run = join(folder, "twice");
  const training = start(train(400, "--out", run));
  await training.said("epoch 1/400");
  training.child.kill("SIGINT");
  training.child.kill("SIGTERM");
  expect((await training.ended).status).toBe(130);
  const { status } = await betalab("resume", run, "--epochs", "9");
  expect(status).toBe(0);
  expect(information(run).status).toBe("finished");
});

test("two processes can't train one run", async () => {
  const run = join(folder, "shared");
  const training = start(train(400, "--out", run));
  await training.said("epoch 1/400");
  const { status, out } = await betalab("resume", run, "--json");
  training.child.kill("SIGINT");
  await training.ended;
  expect(status).toBe(3);
  expect(JSON.parse(out).error).toMatchObject({
    code: "run",
    message: expect.stringContaining("is in use by process"),
  });
});

test("stdout that nobody reads, and stderr that is closed, don't stop a training", async () => {
  const run = join(folder, "piped");
  const training = start(train(2, "--out", run));
  training.child.stdout!.destroy();
  training.child.stderr!.destroy();
  expect(await training.ended).toMatchObject({ status: 0, out: "" });
  expect(information(run).status).toBe("finished");
});

test("no escape sequences where nobody looks, nor with NO_COLOR; --quiet leaves the result alone", async () => {
  const [plain, quiet] = await Promise.all([
    start(train(1, "--out", join(folder, "plain")), { NO_COLOR: "1", FORCE_COLOR: "1" }).ended,
    start(train(1, "--out", join(folder, "quiet"), "--quiet", "--json")).ended,
  ]);
  expect([plain.status, quiet.status]).toEqual([0, 0]);
  expect(`${plain.out}${plain.err}`).not.toContain("\x1b");
  expect(plain.out).toContain("Trained 1 epoch (6 steps).");
  expect(plain.err).toContain("epoch 1/1");
  expect(quiet.err).toBe("");
  expect(JSON.parse(quiet.out)).toMatchObject({ status: "finished" });
});

test("a full disk: exit 1 and why; the last checkpoint is whole; with space again it goes on", async (context) => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const mount = (...options: string[]) => spawnSync("mount", ["-t", "tmpfs", ...options, "tmpfs", disk]);
  // A checkpoint takes 180 kB and three are there for a moment: the second still fits, the third doesn't.
  if (mount("-o", "size=450k").status !== 0) {
    context.skip("mounting a small tmpfs needs root on Linux");
  }
  try {
    const run = join(disk, "run");
    const { status, out } = await betalab(...train(EPOCHS, "--out", run, "--json"));
    expect(status).toBe(1);
    const { error } = JSON.parse(out);
    expect(error).toMatchObject({
      code: "disk",
      message: expect.stringMatching(/^can't write .*: the disk is full \(\d+ bytes needed, \d+ free\)$/),
      hint: expect.stringContaining("free some space"),
    });
    expect(checkpoints(run).length).toBeGreaterThan(0);
    expect(readdirSync(run, { recursive: true }).filter((name) => String(name).includes(".tmp"))).toEqual([]);
    expect(["failed", "running"]).toContain(information(run).status);

    expect(spawnSync("mount", ["-o", "remount,size=16m", disk]).status).toBe(0);
    expect((await betalab("resume", run)).status).toBe(0);
    expectWhole(run);
  } finally {
    spawnSync("umount", [disk]);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain(disk);
  }
});
