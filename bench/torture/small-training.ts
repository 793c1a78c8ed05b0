/** The training that is tortured: seconds long, a checkpoint after every call; and what it must come to. */

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { smallFlags } from "../../test/helpers/small-run.ts";

const EPOCHS = 3;
/** Longer than this no small command takes, however busy the machine. */
const LIMIT_SECONDS = 120;

export const trainInto = (run: string): string[] => [
  "train",
  "demo",
  ...smallFlags,
  "--set",
  "training.checkpointMinutes=0.000001",
  "--epochs",
  String(EPOCHS),
  "--out",
  run,
];

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when stderr holds `text`, or the process has ended. */
  said(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** The built command line as a process, with a fault of `faults.mjs` or none. */
export function start(argv: readonly string[], fault?: string): Running {
  const faults = fault === undefined ? [] : ["--import", "./bench/torture/faults.mjs"];
  const child = spawn(process.execPath, [...faults, "bin/betalab.js", ...argv], {
    env: { ...process.env, BETALAB_FAULT: fault },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_SECONDS * 1000,
    killSignal: "SIGKILL",
  });
  const texts = { out: "", err: "" };
  let look = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.err += text;
    look();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (status, signal) => resolve({ status, signal, ...texts }));
  });
  const said = (text: string) =>
    Promise.race([
      new Promise<void>((resolve) => {
        look = () => texts.err.includes(text) && resolve();
        look();
      }),
      ended.then(() => {}),
    ]);
  return { child, said, ended };
}

/** Continues a run to its end, or begins it where nothing was left of it; says why it is not the undisturbed one. */
export async function completed(run: string, whole: string, fault?: string): Promise<string | undefined> {
  const begun = names(run).includes("run.json");
  const { status, signal, err } = await start(begun ? ["resume", run] : trainInto(run), fault).ended;
  if (status !== 0) return `${begun ? "resume" : "train"} ended with ${status ?? signal}: ${lastLine(err)}`;
  return difference(run, whole);
}

export const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** Where a finished run is not bit for bit the undisturbed one; `undefined` where it is. */
function difference(run: string, whole: string): string | undefined {
  const leftOver = names(run).find((name) => name.endsWith(".tmp"));
  if (leftOver !== undefined) return `${leftOver} was left behind`;
  const wanted = names(whole).filter((name) => /\.(safetensors|onnx|jsonl|png)$/.test(name));
  for (const name of wanted) {
    if (!names(run).includes(name)) return `${name} is missing`;
    if (!content(run, name).equals(content(whole, name))) return `${name} is another`;
  }
  return undefined;
}

/** Of metrics, without what a clock measured. */
function content(run: string, name: string): Buffer {
  const bytes = readFileSync(join(run, name));
  if (!name.endsWith(".jsonl")) return bytes;
  return Buffer.from(bytes.toString("utf8").replaceAll(/"(imagesPerSecond|crc32)":[^,}]+/g, ""));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  } catch {
    return [];
  }
}
