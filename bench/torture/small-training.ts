/** The training that is tortured: seconds long, a checkpoint after every call; and what it must come to. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineName } from "../../src/runtime/index.ts";
import { type Running, start as startProcess } from "../../test/helpers/processes.ts";
import { everyCall, smallFlags, timeless } from "../../test/helpers/small-run.ts";

const EPOCHS = 3;
/** Longer than this no small command takes, however busy the machine. */
const LIMIT_SECONDS = 120;

export const trainInto = (run: string): string[] => [
  "train",
  "demo",
  ...smallFlags,
  "--set",
  everyCall,
  "--epochs",
  String(EPOCHS),
  "--out",
  run,
];

/** The built command line as a process, with a fault of `faults.mjs` or none, on the engine that is named. */
export function start(argv: readonly string[], fault?: string, engine?: EngineName): Running {
  const running = startProcess(argv, {
    ...(fault !== undefined && { BETALAB_FAULT: fault, NODE_OPTIONS: "--import ./bench/torture/faults.mjs" }),
    ...(engine !== undefined && { BETALAB_ENGINE: engine }),
    ...(engine === "wgsl" && { BETALAB_DEVICE: "webgpu" }),
  });
  const timer = setTimeout(() => running.child.kill("SIGKILL"), LIMIT_SECONDS * 1000);
  void running.ended.finally(() => clearTimeout(timer));
  return running;
}

/** Continues a run to its end, or begins it where nothing was left of it; says why it is not the undisturbed one. */
export async function completed(
  run: string,
  whole: string,
  fault?: string,
  engine?: EngineName,
): Promise<string | undefined> {
  const begun = names(run).includes("run.json");
  const argv = begun ? ["resume", run] : trainInto(run);
  const { status, signal, err } = await start(argv, fault, engine).ended;
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
  return name.endsWith(".jsonl") ? Buffer.from(timeless(bytes)) : bytes;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  } catch {
    return [];
  }
}
