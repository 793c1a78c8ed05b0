/** `verify`: whether everything that a run or an exported model holds is whole. Changes nothing. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { crc32Text } from "../base/checksum.ts";
import { staleTemporaries } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { listed } from "../base/format.ts";
import { decodeSafetensors } from "../base/safetensors.ts";
import { sum } from "../base/statistics.ts";
import type { Config, Registries } from "../config/index.ts";
import {
  Checkpoints,
  evaluationRecord,
  MetricsFile,
  metricsRecord,
  RunDirectory,
  readJobRecord,
} from "../runs/index.ts";
import {
  builtOf,
  configOf,
  extensionNotes,
  inferenceState,
  isExported,
  OpenRun,
  progressOf,
  readDescription,
} from "../trained/index.ts";
import { type Progress, State, usedTensors } from "../training/index.ts";
import { type Teller, telling } from "./events.ts";
import { headOf } from "./head.ts";
import { defineJob } from "./job.ts";
import { lostEpochs } from "./lost-epochs.ts";

const finding = z.object({
  file: z.string().describe("relative to the folder that was named"),
  status: z
    .enum(["good", "stale", "incomplete", "leftover", "damaged", "missing"])
    .describe(
      "stale: of other weights than the newest; incomplete: readable, but values were lost; leftover: of a killed job, or kept aside by resume",
    ),
  reason: z.string().optional().describe("what is wrong with it"),
});

type Finding = z.output<typeof finding>;

const value = z.object({ files: z.array(finding).describe("every file that was checked, or is missing") });

export type VerifyValue = z.output<typeof value>;

export const verify = defineJob({
  name: "verify",
  summary:
    "check every file of a run or an exported model: checksums, schemas, shapes, what killed jobs left",
  example: "betalab verify runs/mnist-mlp-20",
  takes: "model",
  options: z.strictObject({}),
  value,
  run: ({ subject, registries, signal }) =>
    telling(signal, async (tell) => {
      const path = typeof subject === "string" ? subject : subject.path;
      const look = new Look(path, tell);
      if (isExported(path)) verifyModel(look, "");
      else verifyRun(look, registries);
      verifyNoTemporaries(look);
      noteUnchecked(look);
      return { value: { files: look.files }, failed: !look.whole };
    }),
});

/** Collects what is found, file by file. */
class Look {
  readonly files: Finding[] = [];
  readonly path: string;
  readonly tell: Teller;

  constructor(path: string, tell: Teller) {
    this.path = path;
    this.tell = tell;
  }

  get whole(): boolean {
    return !this.files.some(({ status }) => status === "damaged" || status === "missing");
  }

  has(file: string): boolean {
    return existsSync(join(this.path, file));
  }

  put(file: string, status: Finding["status"], reason: string): void {
    this.files.push({ file, status, reason });
  }

  /** The last one is not that good. */
  correct(status: Finding["status"], reason: string): void {
    this.files.push({ ...this.files.pop()!, status, reason });
  }

  /** Good unless `check` throws a BetalabError; one that is not there is missing. */
  at<T>(file: string, check: (path: string) => T): T | undefined {
    this.tell.stage({ stage: "checking files", done: this.files.length });
    const path = join(this.path, file);
    try {
      if (!existsSync(path)) throw new BetalabError("run", "it is not there");
      const found = check(path);
      this.files.push({ file, status: "good" });
      return found;
    } catch (error) {
      if (!(error instanceof BetalabError) || error.code === "interrupted") throw error;
      this.put(file, existsSync(path) ? "damaged" : "missing", error.message);
      return undefined;
    }
  }
}

interface Known {
  readonly run: RunDirectory;
  readonly config: Config;
  /** What a checkpoint must hold, name by name. */
  readonly specs: ReturnType<typeof inferenceState>;
}

/** Throws "run" where there is no run. */
function verifyRun(look: Look, registries: Registries): void {
  const { path } = look;
  if (!look.has("run.json")) RunDirectory.open(path);
  const known = look.at("run.json", (): Known => {
    const run = RunDirectory.open(path);
    for (const note of extensionNotes(run, registries)) look.tell.note(note);
    const config = configOf(run, { registries });
    return { run, config, specs: inferenceState(builtOf(run, config, registries).vae) };
  });
  if (known?.run.status === "running") look.tell.note(`${path} is in use: files change while they are read`);
  const reached = verifyCheckpoints(look, known);
  // Which weights are the newest is known only where these are whole.
  const newest = look.whole && known?.run.newestCheckpoint() ? OpenRun.open(path, { registries }) : undefined;
  verifyLog(look, known, reached);
  verifyRecord(look, "evaluation.json", evaluationRecord, newest);
  verifyRecord(look, "evaluation-train.json", evaluationRecord, newest);
  verifyRecord(look, "metrics.json", metricsRecord, newest);
  if (look.has("model")) verifyModel(look, "model", newest?.step);
}

/** Where the training stood at the newest checkpoint that is whole. */
function verifyCheckpoints(look: Look, known: Known | undefined): Progress | undefined {
  const checkpoints = new Checkpoints(join(look.path, "checkpoints"));
  const inside = (path: string): string => join("checkpoints", basename(path));
  const files = checkpoints.list();
  let reached: Progress | undefined;
  for (const { step, path } of files) {
    look.at(inside(path), () => {
      const checkpoint = checkpoints.read(step);
      reached = progressOf(checkpoint, path);
      if (known) State.restore(known.specs, usedTensors(checkpoint.tensors));
    });
  }
  const written = known?.run.information.progress.step ?? 0;
  if (written > 0 && !files.some(({ step }) => step >= written)) {
    look.put(inside(checkpoints.pathOf(written)), "missing", "run.json says that it was written");
  }
  if (existsSync(checkpoints.bestPath)) {
    look.at(inside(checkpoints.bestPath), () => {
      const { tensors } = checkpoints.best()!.checkpoint;
      if (known) State.restore(known.specs, tensors);
    });
  }
  return reached;
}

function verifyLog(look: Look, known: Known | undefined, reached: Progress | undefined): void {
  const file = "metrics.jsonl";
  const step = known?.run.information.progress.step ?? 0;
  if (look.has(file) || step > 0) {
    const isRead = look.at(file, (path) => {
      const broken = new MetricsFile(path).brokenLines();
      if (broken.length === 0) return true;
      const shown = `${broken.slice(0, 5).join(", ")}${broken.length > 5 ? ", …" : ""}`;
      throw new BetalabError("run", `lines that can't be read: ${broken.length} (${shown})`);
    });
    const lost =
      isRead && known ? lostEpochs(known.run, known.config, reached?.step === step ? reached : { step }) : [];
    for (const reason of lost) look.correct("incomplete", reason);
  }
  for (const name of readdirSync(look.path)) {
    if (!name.startsWith(`${file}.broken-`)) continue;
    look.put(name, "leftover", `resume kept it aside: ${file} as it was, with lines that can't be read`);
  }
}

function verifyRecord(
  look: Look,
  name: string,
  schema: typeof evaluationRecord | typeof metricsRecord,
  newest: OpenRun | undefined,
): void {
  const file = join("tables", name);
  if (!look.has(file)) return;
  const stored = look.at(file, (path) => readJobRecord(path, schema, name.replace(/[-.].*$/, "")));
  if (stored === undefined || newest === undefined) return;
  const { step, hash } = stored.checkpoint;
  const now = headOf(newest).checkpoint;
  if (hash === now.hash) return;
  look.correct("stale", `it is about the weights of step ${step}; the newest are of step ${now.step}`);
}

const sealed = ["encoder.onnx", "decoder.onnx", "weights.safetensors"];

/** @param step of the weights that the model should be made of, where that is known */
function verifyModel(look: Look, part: string, step?: number): void {
  const file = join(part, "model.json");
  const description = look.at(file, readDescription);
  if (description !== undefined && step !== undefined && description.steps !== step) {
    look.correct("stale", `it is of step ${description.steps}; the newest weights are of step ${step}`);
  }
  for (const name of sealed) {
    const expected = description?.checksums[name];
    const own = join(part, name);
    if (expected === undefined && name.endsWith(".onnx") && look.has(own)) {
      look.tell.note(`${own} was not checked: only ${file} could say what it should be`);
      continue;
    }
    look.at(own, (path) => {
      const bytes = readFileSync(path);
      if (expected === undefined) decodeSafetensors(bytes, path);
      else if (crc32Text(bytes) !== expected)
        throw new BetalabError("data", "it does not have the checksum that model.json gives");
    });
  }
  const pytorch = join(part, "pytorch.safetensors");
  if (look.has(pytorch)) look.at(pytorch, (path) => decodeSafetensors(readFileSync(path), path));
}

function verifyNoTemporaries(look: Look): void {
  const parts = ["", "checkpoints", "model", "figures", "tables", "tensorboard"];
  for (const part of parts.filter((part) => look.has(part))) {
    for (const name of staleTemporaries(join(look.path, part), true)) {
      const reason = "a killed job left it; the next one that writes there removes it";
      look.put(join(part, name), "leftover", reason);
    }
  }
}

/** What is drawn, tabulated and told of a model can be made again, and carries no checksum: that is said, not passed over. */
function noteUnchecked(look: Look): void {
  const folders = ["figures", "tables", "tensorboard"].filter((part) => look.has(part));
  const loose = ["report.html", "pytorch.py", join("model", "pytorch.py")].filter((file) => look.has(file));
  const count = sum(folders.map((part) => readdirSync(join(look.path, part)).length)) + loose.length;
  if (count === 0) return;
  const [files, carry] = count === 1 ? ["file", "carries"] : ["files", "carry"];
  look.tell.note(
    `${count} ${files} (${listed([...folders, ...loose])}) ${carry} no checksum: damage that leaves them readable is not noticed; the jobs that made them make them again`,
  );
}
