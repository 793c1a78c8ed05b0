/** `sweep`, `compare` and `suggest` without processes: usage, bad input, and the lines of the live table. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLine } from "../../test/helpers/command-line.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import { follow, type JobEvent, type SweptRun } from "../jobs/index.ts";
import { follower } from "./follow.ts";
import { Output } from "./output.ts";
import { endedLine, statusLines, sweepText } from "./text/sweep.ts";

const { folder, finished, cli, failing, copyOfRun } = commandLine();

test("sweep: usage and config errors", async () => {
  expect(await failing("sweep")).toMatchObject({ status: 2, code: "usage" });
  expect(await failing("sweep", "mnist-betas", "--jobs", "0")).toMatchObject({ status: 2, code: "usage" });
  expect(await failing("sweep", "mnist-betaz")).toMatchObject({
    status: 3,
    code: "config",
    message: 'there is no sweep preset "mnist-betaz"',
    hint: 'name a .yaml or .json file, or a preset: did you mean "mnist-betas"?',
  });
  const absent = join(folder, "absent.yaml");
  expect(await failing("sweep", absent)).toMatchObject({
    status: 3,
    code: "config",
    message: `there is no file ${absent}`,
  });
  expect(await failing("sweep", "mnist-betas", "--set", "objective.beta=3")).toMatchObject({
    status: 2,
    code: "usage",
    message: "--set sets objective.beta, which the sweep varies",
  });
});

test("compare: too little to compare", async () => {
  expect(await failing("compare")).toMatchObject({ status: 2, code: "usage" });
  const empty = join(folder, "empty");
  mkdirSync(empty);
  expect(await failing("compare", empty)).toMatchObject({
    status: 3,
    code: "run",
    message: `${empty} is not a run and contains no runs`,
  });
  const absent = join(folder, "absent");
  expect(await failing("compare", finished, absent)).toMatchObject({
    status: 3,
    code: "run",
    message: `there is no folder ${absent}`,
  });
  expect(await failing("compare", finished, finished)).toMatchObject({
    status: 3,
    code: "run",
    message: "only one run can be compared",
  });
});

test("compare: tables that can't be used are left out with a note", async () => {
  const copy = copyOfRun((run) => {
    mkdirSync(join(run, "tables"), { recursive: true });
    writeFileSync(join(run, "tables", "evaluation.json"), '{"format": 2, "step": 1}');
    writeFileSync(join(run, "tables", "metrics.json"), '{"format": 3}');
  });
  const { status, out } = await cli("compare", finished, copy, "--out", join(folder, "compared"), "--json");
  expect(status).toBe(0);
  const { notes, settings, verdict } = JSON.parse(out);
  expect(notes).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/evaluation\.json is not a record of `evaluate`: .* is missing.*; left out$/),
      expect.stringMatching(/metrics\.json has format 3; this betalab reads format 2; left out$/),
    ]),
  );
  expect(settings).toHaveLength(1);
  expect(verdict).toBe(
    `1 of 2 runs is left out of the comparison: ${copy} (of the same settings and seed as ${finished}). ` +
      "There is only one setting: nothing to compare it with.",
  );
});

test("suggest: a probe, a β, a capacity where there is something to control, the reasons", async () => {
  const probe = join(folder, "probe");
  const { status, out } = await cli(
    "suggest",
    "demo",
    ...["data.count=1200", "data.batchSize=16", "model.hidden=[64]", "model.latentDim=2"].flatMap((one) => [
      "--set",
      one,
    ]),
    "--epochs",
    "12",
    ...["--set", "objective.kind=tc", "--set", "objective.alpha=2"],
    "--out",
    probe,
    "--json",
  );
  expect(status).toBe(0);
  const { beta, betas, reasons, path, facts, trainings, sweep, notes } = JSON.parse(out);
  // The β of another objective is another one, and its settings mean nothing to this one.
  expect(sweep.set).toMatchObject({ "data.count": 1200, "objective.kind": "beta" });
  const texts = trainings.flatMap(({ set }: { set: string[] }) => set);
  expect([...texts, ...Object.keys(sweep.set)].filter((text) => /=tc|alpha/.test(text))).toEqual([]);
  // A probe is short on purpose.
  expect(notes.filter((note: string) => note.includes("few to learn from"))).toEqual([]);
  expect(path).toBe(probe);
  expect(beta.betaNorm).toBeCloseTo((beta.value * 2) / 784, 12);
  expect(betas[0]).toBe(1);
  expect(reasons.length).toBeGreaterThan(0);
  const kls = facts.latents.map(({ kl }: { kl: number }) => kl);
  expect(kls).toHaveLength(2);
  expect(kls[0]).toBeGreaterThanOrEqual(kls[1]);
});

const runs: SweptRun[] = [
  { name: "beta-1_seed-0", path: "a", status: "finished", before: true },
  {
    name: "beta-4_seed-0",
    path: "b",
    status: "running",
    before: false,
    progress: { stage: "training", done: 30, total: 120, reconstruction: 81.234, kl: 20.5 },
  },
  {
    name: "beta-16_seed-0",
    path: "c",
    status: "failed",
    before: false,
    error: "no disk",
    hint: "free some",
    seconds: 3,
  },
  { name: "beta-32_seed-0", path: "d", status: "waiting", before: false },
];

test("the live table", () => {
  expect(statusLines(runs, 65)).toEqual([
    "beta-1_seed-0   finished  before",
    "beta-4_seed-0   training  25 %     reconstruction 81.23  kl 20.50 nats/image",
    "beta-16_seed-0  failed    no disk",
    "beta-32_seed-0  waiting",
    // A quarter of a run and a failed one of three in 65 seconds.
    "1 of 4 finished, 1 failed, 1 running, 1 waiting  1:05 so far, about 1:31 left",
  ]);
});

test("the time left counts what was done here, and is not told while it is stopped", () => {
  const continued = [{ ...runs[1]!, begun: 0.125 }, runs[3]!];
  // An eighth of a training in 65 seconds; three quarters and a whole one are left.
  expect(statusLines(continued, 65).at(-1)).toMatch(/1:05 so far, about 15:10 left$/);
  const stopping = [{ ...runs[1]!, status: "interrupted" as const }, runs[3]!];
  expect(statusLines(stopping, 65).at(-1)).toMatch(/1:05 so far$/);
});

test("of many runs only those that are running have a line", () => {
  const many = Array.from({ length: 20 }, (_, i): SweptRun => ({ ...runs[3]!, name: `run-${i}` }));
  expect(statusLines([...many, runs[1]!], 5)).toEqual([
    "beta-4_seed-0  training  25 %  reconstruction 81.23  kl 20.50 nats/image",
    "0 of 21 finished, 1 running, 20 waiting  0:05 so far, about 6:55 left",
  ]);
});

test("where no terminal is: a line every half minute, with what runs and the time left", async () => {
  const io = memoryIo({ terminal: false });
  const evaluating = { ...runs[1]!, progress: { stage: "encoding", done: 0 }, begun: 0 };
  const told = async function* (): AsyncGenerator<JobEvent, void, void> {
    for (const now of [runs, runs, [evaluating, runs[3]!]]) {
      io.wait(20_000);
      yield { type: "runs", runs: now };
    }
    io.wait(10_000);
    yield { type: "runs", runs: [evaluating, ...Array<SweptRun>(3).fill(runs[1]!)] };
  };
  await follow(told(), follower(new Output(io, { json: false, quiet: false }), io.now));
  expect(io.err().split("\n")).toEqual([
    "1 of 4 finished, 1 failed, 1 running, 1 waiting  0:40 so far, about 0:56 left  beta-4_seed-0 training 25 %",
    "0 of 4 finished, 4 running  1:10 so far, about 1:30 left  beta-4_seed-0 encoding, beta-4_seed-0 training 25 %, beta-4_seed-0 training 25 %, 1 more",
    "",
  ]);
});

test("lines of ended runs, and the result", () => {
  expect(endedLine(runs[2]!, runs)).toBe("[2/4] beta-16_seed-0  failed: no disk");
  expect(sweepText({ value: { path: "runs/x", runs }, paths: [], subject: "x.yaml", options: {} })).toBe(
    [
      "1 of 4 runs finished (1 of them before).",
      "1 failed:",
      "  beta-16_seed-0: no disk",
      "    free some",
      "2 left: the same command continues them.",
      "sweep    runs/x",
    ].join("\n"),
  );
  const finishedTwice = [runs[0]!, { ...runs[0]!, name: "again" }];
  expect(
    sweepText({ value: { path: "runs/my x", runs: finishedTwice }, paths: [], subject: "x", options: {} }),
  ).toContain("\ncompare  betalab compare 'runs/my x'");
  const words = [{ name: "change", plain: "β 1 → 4: less passes.", exact: "KL −9.6" }];
  const value = { path: "runs/x", runs, comparison: { verdict: "KL differs.", words } };
  expect(sweepText({ value, paths: [], subject: "x.yaml", options: {} })).toContain(
    "continues them.\nKL differs.\nβ 1 → 4: less passes.\n  KL −9.6\nsweep    runs/x",
  );
});
