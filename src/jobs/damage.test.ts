/** What jobs do with a run whose files are damaged: they say so, and lose nothing that is there. */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine, edit } from "../../test/helpers/command-line.ts";
import { failure } from "../../test/helpers/data.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { temporaryPath } from "../base/disk.ts";
import { decodeSafetensors, encodeSafetensors } from "../base/safetensors.ts";
import { jobs } from "./catalogue.ts";
import { sample } from "./draw/sample.ts";
import { evaluate } from "./evaluate.ts";
import { exportJob } from "./export.ts";
import type { AnyJob } from "./job.ts";
import { metrics } from "./metrics.ts";
import { resume } from "./resume.ts";
import { train } from "./train.ts";

/** Two epochs of 6 steps. */
const { folder, finished, cli, copyOfRun } = commandLine();
const last = (run: string) => join(run, "checkpoints", "step-00000012.safetensors");
const log = (run: string) => join(run, "metrics.jsonl");
const change = (path: string, how: (bytes: Buffer) => Uint8Array) =>
  writeFileSync(path, how(readFileSync(path)));

function flip(path: string): void {
  change(path, (bytes) => bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 16 : byte)));
}

const damages: [string, (path: string) => void, string][] = [
  ["with a flipped bit", flip, "does not have its checksum"],
  ["truncated", (path) => change(path, (bytes) => bytes.subarray(0, -100)), "(truncated?)"],
  ["deleted", (path) => rmSync(path), "is gone"],
];

/** What makes jobs on a model quick; `curves` and `tensorboard` open none, `verify` has its own test. */
const quick: Readonly<Record<string, object>> = {
  evaluate: { samples: 2, limit: 5 },
  metrics: { only: ["dci"], incomplete: true, replicates: 2 },
  embed: { method: "pca" },
  progress: { of: "traversal" },
  traverse: { only: "sheet" },
};
const without = ["curves", "tensorboard", "verify"];
const loaded: readonly AnyJob[] = await Promise.all(Object.values(jobs).map((load) => load()));
const onModels = loaded.filter(
  ({ name, takes }) => ["run", "runs", "model"].includes(takes) && !without.includes(name),
);

test.each(onModels.map((job) => [job.name, job] as const))(
  "%s says that the newest checkpoint is cut off, and which one it uses",
  async (name, job) => {
    const run = copyOfRun((path) => change(last(path), (bytes) => bytes.subarray(0, 100)));
    const subject = job.takes === "runs" ? [run, ...(name === "compare" ? [finished] : [])] : run;
    const { notes } = await runJob(job, subject, quick[name] ?? {});
    expect(notes).toContainEqual(
      expect.stringMatching(
        /step-00000012\.safetensors .*\(truncated\?\); the checkpoint at step 6 is used instead$/,
      ),
    );
  },
);

describe.each(damages)("the newest checkpoint %s", (_, harm, reason) => {
  const damaged = () => copyOfRun((run) => harm(last(run)));
  const said = (run: string) => [
    expect.stringMatching(new RegExp(`^${last(run)} .*; the checkpoint at step 6 is used instead$`)),
  ];

  test("sample, evaluate and metrics say so, and of which step they are", async () => {
    const run = damaged();
    const drawn = await runJob(sample, run, { count: 4 });
    expect(drawn.notes).toEqual(said(run));
    expect(drawn.notes![0]).toContain(reason);
    const evaluated = await runJob(evaluate, run, { samples: 2, limit: 5 });
    expect([evaluated.value.checkpoint.step, evaluated.notes]).toEqual([6, said(run)]);
    const measured = await runJob(metrics, [run], { only: ["dci"], incomplete: true, replicates: 2 });
    expect([measured.value.runs[0]!.checkpoint.step, measured.notes]).toEqual([6, said(run)]);
  });

  test("export says so, and does not write over the newer model but elsewhere", async () => {
    const run = damaged();
    const before = readFileSync(join(run, "model", "weights.safetensors"));
    const { message, hint } = await failure("run", () => saveJob(exportJob, run, {}));
    expect(message).toBe(
      `${join(run, "model")} holds the model of step 12: the weights of step 6 would replace newer ones`,
    );
    expect(hint).toContain("give `out`");
    expect(readFileSync(join(run, "model", "weights.safetensors")).equals(before)).toBe(true);
    const { notes, value } = await runJob(exportJob, run, {});
    expect([value.step, notes]).toEqual([6, said(run)]);
    const out = join(run, "elsewhere");
    await saveJob(exportJob, run, {}, { out });
    expect(JSON.parse(readFileSync(join(out, "model.json"), "utf8")).steps).toBe(6);
  });

  test("on a command line: on stderr, and in what --json prints", async () => {
    const run = damaged();
    const { err, out } = await cli("sample", run, "--count", "4", "--json");
    expect(err).toContain("the checkpoint at step 6 is used instead");
    expect(JSON.parse(out).notes).toEqual(said(run));
  });

  test("resume trains the lost steps again, to the same weights", async () => {
    const run = damaged();
    const { notes } = await runJob(resume, run, {});
    expect(notes).toEqual(expect.arrayContaining(said(run)));
    expect(readFileSync(last(run)).equals(readFileSync(last(finished)))).toBe(true);
    expect((await runJob(sample, run, { count: 4 })).notes).toEqual([]);
  });

  test("resume to fewer epochs than were trained is refused", async () => {
    const { message } = await failure("config", () => runJob(resume, damaged(), { epochs: 1 }));
    expect(message).toContain("has trained 2 epochs already: 1 is fewer");
  });
});

test("no checkpoint is left: an error, not a run that begins anew", async () => {
  const run = copyOfRun((path) => rmSync(join(path, "checkpoints"), { recursive: true }));
  const before = readFileSync(log(run));
  const tries = [() => runJob(sample, run, {}), () => runJob(resume, run, {})];
  for (const go of tries) expect((await failure("run", go)).message).toContain(`${last(run)} is gone`);
  expect(readFileSync(log(run)).equals(before)).toBe(true);
});

test("the end of a training does not write over a newer model either", async () => {
  const run = copyOfRun((path) =>
    change(join(path, "model", "model.json"), (bytes) =>
      Buffer.from(bytes.toString().replace('"steps": 12', '"steps": 99')),
    ),
  );
  expect((await failure("run", () => runJob(resume, run, {}))).message).toContain(
    "holds the model of step 99",
  );
});

test.each([
  [undefined, "does not say what pictures the model takes: data.image is missing"],
  ["28×28", 'is not the run.json of a run: data.image is "28×28": expected an object'],
  [
    { height: 28, width: "28", channels: 1 },
    'is not the run.json of a run: data.image.width is "28": expected a number',
  ],
])("the pictures' size in run.json is %j: the file and the key are named", async (image, why) => {
  const run = copyOfRun((path) => edit(path, { "data.image": image }));
  expect((await failure("run", () => runJob(sample, run, {}))).message).toBe(
    `${join(run, "run.json")} ${why}`,
  );
});

test("training.keepBest: resume goes on from the checkpoint before a damaged one, and says so", async () => {
  const run = join(folder, "best-newest");
  await runJob(train, smallConfig("training.keepBest=true"), { out: run });
  flip(last(run));
  expect((await runJob(resume, run, {})).notes).toContainEqual(
    expect.stringMatching(/step-00000012\.safetensors .*; the checkpoint at step 6 is used instead$/),
  );
});

test.each([
  ["gone", (path: string) => rmSync(path), "is gone"],
  ["damaged", flip, "does not have its checksum"],
])(
  "training.keepBest: the best epoch's weights are %s, the last ones are used and it is said",
  async (how, harm, reason) => {
    const run = join(folder, `best-${how}`);
    await runJob(train, smallConfig("training.keepBest=true"), { out: run });
    expect((await runJob(exportJob, run, {})).notes).toEqual([]);
    const best = join(run, "checkpoints", "best.safetensors");
    harm(best);
    const said = (rest: string) => {
      const words = [best, reason, rest].map((text) => text.replaceAll(/[.]/g, "\\."));
      return expect.stringMatching(
        new RegExp(`^${words[0]} .*${words[1]}.*; ${words[2]} instead of the best epoch's$`),
      );
    };
    expect((await runJob(exportJob, run, {})).notes).toEqual([said("the weights of step 12 are used")]);
    // No step is taken: nothing better comes in its place.
    const { notes, value } = await runJob(resume, run, {});
    expect(notes).toContainEqual(said("the weights of step 12, the last, are exported"));
    expect(value.status).toBe("finished");
  },
);

test.each(["{", "{}", '{"step":-1}'])(
  "a checkpoint whose progress is %s: resume names the file",
  async (progress) => {
    const run = copyOfRun((path) =>
      change(last(path), (bytes) => {
        const { tensors, metadata } = decodeSafetensors(bytes, "checkpoint");
        return encodeSafetensors(tensors, { ...metadata, progress });
      }),
    );
    const before = readFileSync(log(run));
    const { message } = await failure("run", () => runJob(resume, run, { epochs: 3 }));
    expect(message).toBe(`${last(run)} has a "progress" that can't be used`);
    expect(readFileSync(log(run)).equals(before)).toBe(true);
  },
);

describe("metrics.jsonl is damaged, the checkpoints are whole: resume goes on and says what was lost", () => {
  const lines = () => readFileSync(log(finished), "utf8").trimEnd().split("\n");
  const steps = (run: string) =>
    readFileSync(log(run), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).step);

  async function resumed(harm: (path: string) => void) {
    const run = copyOfRun((path) => harm(log(path)));
    const { value, notes = [] } = await runJob(resume, run, { epochs: 3 });
    expect(value).toMatchObject({ status: "finished", step: 18 });
    return { run, about: notes.filter((note) => note.startsWith(log(run))), aside: `${log(run)}.broken-1` };
  }

  test("a bad byte", async () => {
    const held = lines().findIndex((line) => line.includes('"heldOut"'));
    const broken = lines().with(held, lines()[held]!.replace("{", "\0"));
    const { run, about, aside } = await resumed((path) => writeFileSync(path, `${broken.join("\n")}\n`));
    expect(about).toEqual([
      expect.stringContaining(
        `1 of ${broken.length} lines can't be read and is left out (line ${held + 1}, after step 6`,
      ),
      `${log(run)} has lost the held-out values of epoch 1 (steps up to 6)`,
    ]);
    expect(readFileSync(aside, "utf8")).toBe(`${broken.join("\n")}\n`);
    expect(steps(run)).toEqual([6, 12, 12, 18, 18]);
  });

  test("half a last line", async () => {
    const { run, about, aside } = await resumed((path) => change(path, (bytes) => bytes.subarray(0, -20)));
    expect(about).toEqual([`${log(run)} has lost the held-out values of epoch 2 (steps up to 12)`]);
    expect([existsSync(aside), steps(run)]).toEqual([false, [6, 6, 12, 18, 18]]);
  });

  test.each<[string, (path: string) => void, boolean]>([
    ["noise", (path) => change(path, (bytes) => bytes.map((byte, i) => (byte * 7 + i) % 256)), true],
    ["empty", (path) => writeFileSync(path, ""), false],
    ["gone", (path) => rmSync(path), false],
  ])("%s", async (_, harm, kept) => {
    const { run, about, aside } = await resumed(harm);
    expect(about.at(-1)).toBe(
      `${log(run)} has lost the held-out values of 2 epochs from 1 to 2 (steps up to 12)`,
    );
    expect([about.length, existsSync(aside), steps(run)]).toEqual([kept ? 2 : 1, kept, [18, 18]]);
  });
});

test("a job sweeps the temporaries of killed ones from the folders that it writes to", async () => {
  const run = copyOfRun();
  const left = temporaryPath(join(run, "figures", "sample.png")).replace(`.${process.pid}.`, ".999999999.");
  const mine = temporaryPath(join(run, "figures", "sample.png"));
  const foreign = join(run, "figures", ".notes.tmp");
  for (const path of [left, mine, foreign]) writeFileSync(path, "x");
  await saveJob(sample, run, { count: 4 });
  expect([left, mine, foreign].map((path) => existsSync(path))).toEqual([false, true, true]);
});
