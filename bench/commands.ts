/**
 * `npm run bench -- --commands --data MNIST`: what a person waits for, from the command to its last file: trainings with
 * evaluation after every epoch, and a sweep, beside a script in PyTorch that reads the same files, trains the same net,
 * evaluates it and saves it. PyTorch takes its turns in several settings, and the fastest counts.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../src/base/errors.ts";
import { resolveConfig } from "../src/config/node.ts";
import { valueAt } from "../src/nn/index.ts";
import { buildCommand, repository } from "./command.ts";
import type { Machine } from "./machine.ts";
import { constantBeta, netSpec } from "./net.ts";
import type { BenchOptions } from "./options.ts";
import { peerScript } from "./peer-process.ts";
import { needPython } from "./python.ts";
import { describe, table } from "./report.ts";
import { atExit } from "./scratch.ts";
import type { Surroundings } from "./training.ts";

const image = { height: 28, width: 28, channels: 1 };

interface Work {
  readonly name: string;
  readonly title: string;
  readonly preset: string;
  readonly epochs: number;
  /** β of each run, where it is a sweep of several. */
  readonly betas?: readonly number[];
}

export const works: readonly Work[] = [
  { name: "train-mlp", title: "mnist-mlp-20, 10 epochs", preset: "mnist-mlp-20", epochs: 10 },
  { name: "train-conv", title: "mnist-conv-beta1, 1 epoch", preset: "mnist-conv-beta1", epochs: 1 },
  {
    name: "sweep",
    title: "sweep of 8 β, mnist-mlp-20, 1 epoch",
    preset: "mnist-mlp-20",
    epochs: 1,
    betas: [0.25, 0.5, 1, 2, 4, 8, 16, 32],
  },
];

/** One command's life. */
interface Outcome {
  readonly seconds: number;
  /** The largest resident size of a process of it. */
  readonly peakBytes: number;
  /** Held-out, nats an image, after the last epoch; the first run's of a sweep. */
  readonly negativeElbo: number;
}

interface Entry extends Outcome {
  readonly who: string;
}

export interface CommandsReport {
  readonly machine: Machine;
  readonly command: string;
  readonly date: string;
  readonly rows: readonly { readonly title: string; readonly entries: readonly Entry[] }[];
}

export async function measureCommands(
  { data = process.env.BETALAB_DATA, only, stepPeers, rounds }: BenchOptions,
  { runtime: { threads }, folder, progress }: Surroundings,
): Promise<Pick<CommandsReport, "rows">> {
  if (data === undefined)
    throw new BetalabError("usage", "--commands needs MNIST", "say where it is: --data DIR");
  progress("building");
  buildCommand();
  const rows: CommandsReport["rows"][number][] = [];
  for (const work of works.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const sides: [string, (out: string) => Promise<Outcome>][] = [
      ["betalab", (out) => ours(work, data, out, threads)],
    ];
    if (stepPeers.some(({ name }) => name === "pytorch")) {
      for (const setting of settings(work, threads)) {
        sides.push([setting.name, (out) => theirs(work, setting, data, out)]);
      }
    }
    const best = new Map<string, Entry>();
    for (let round = 0; round < rounds; round++) {
      for (const [who, run] of sides) {
        progress(`${work.title}: ${who}`);
        const out = join(folder, `${work.name}-${round}-${best.size}-${who.replaceAll(/\W+/g, "-")}`);
        const outcome = { who, ...(await run(out)) };
        const before = best.get(who);
        if (before === undefined || outcome.seconds < before.seconds) best.set(who, outcome);
      }
    }
    rows.push({ title: work.title, entries: [...best.values()] });
  }
  return { rows };
}

async function ours(
  { preset, epochs, betas }: Work,
  data: string,
  out: string,
  threads: number,
): Promise<Outcome> {
  const place = ["--data", data, "--out", out];
  let words = ["train", preset, "--epochs", String(epochs), ...place];
  if (betas !== undefined) {
    const set = { "training.epochs": epochs, threads: 1 };
    const sweep = { config: preset, set, grid: { "objective.beta": betas }, seeds: [0] };
    writeFileSync(`${out}.json`, JSON.stringify(sweep));
    words = ["sweep", `${out}.json`, ...place, "--jobs", String(threads), "--json"];
  }
  const seconds = await life(process.execPath, [join(repository, "bin/betalab.js"), ...words]);
  const run = betas === undefined ? out : join(out, `beta-${SHOWN}_seed-0`);
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
  const { negativeElbo } = JSON.parse(lines.findLast((line) => line.includes('"heldOut"'))!) as Outcome;
  const record = JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as {
    readonly timings: { readonly peakResidentBytes: number };
  };
  return { seconds, negativeElbo, peakBytes: record.timings.peakResidentBytes };
}

/** Of a sweep, the β of the run whose numbers are shown. */
const SHOWN = 1;

interface Setting {
  readonly name: string;
  readonly threads: number;
  /** Runs of a sweep at a time, each a process of its own. */
  readonly atOnce: number;
  readonly compiled: boolean;
}

function settings({ name, betas }: Work, threads: number): Setting[] {
  const called = (setting: Omit<Setting, "name">): Setting => ({
    ...setting,
    name: [
      `PyTorch, ${setting.compiled ? "compiled" : "eager"}`,
      `${setting.threads} thread${setting.threads === 1 ? "" : "s"}`,
      ...(setting.atOnce > 1 ? [`${setting.atOnce} at a time`] : []),
    ].join(", "),
  });
  const ways = [{ threads, atOnce: 1 }];
  // A convolutional net gains from every core, and takes minutes on one.
  if (threads > 1 && name !== "train-conv") ways.push({ threads: 1, atOnce: betas ? threads : 1 });
  return ways.flatMap((way) => [false, true].map((compiled) => called({ ...way, compiled })));
}

async function theirs(work: Work, setting: Setting, data: string, out: string): Promise<Outcome> {
  const python = needPython("torch", "torch numpy");
  const { config } = resolveConfig({ preset: work.preset });
  const { threads, compiled, atOnce } = setting;
  const learningRate = valueAt(config.optimizer.learningRate, { step: 0, stepsPerEpoch: 1, totalSteps: 1e9 });
  const runs = (work.betas ?? [constantBeta(config)]).map((beta) => {
    const folder = join(out, `beta-${beta}`);
    mkdirSync(folder, { recursive: true });
    const request = {
      net: netSpec(config, image),
      batchSize: config.data.batchSize,
      optimizer: { ...config.optimizer, learningRate },
      epochs: work.epochs,
      channelsLast: config.model.architecture !== "mlp",
      ...{ data, beta, threads, compiled, folder },
    };
    writeFileSync(join(folder, "request.json"), JSON.stringify(request));
    return folder;
  });
  const environment = {
    OMP_NUM_THREADS: String(threads),
    // Empty at first, as on the first day; the runs of a sweep share it.
    TORCHINDUCTOR_CACHE_DIR: join(out, "compiled"),
  };
  const start = performance.now();
  const waiting = [...runs];
  const worker = async () => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
      await life(python, [peerScript("command.py"), join(folder, "request.json")], environment);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - start) / 1000;
  const shown = runs.find((folder) => folder.endsWith(`beta-${SHOWN}`))!;
  const result = JSON.parse(readFileSync(join(shown, "result.json"), "utf8")) as Omit<Outcome, "seconds">;
  return { ...result, seconds };
}

/** Seconds from starting a process to its end. Throws with its last words when it fails. */
async function life(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const start = performance.now();
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...environment },
  });
  const forget = atExit(() => child.kill("SIGKILL"));
  let errors = "";
  child.stderr.on("data", (text: Buffer) => {
    errors = (errors + text.toString()).slice(-2000);
  });
  const [status] = (await once(child, "exit")) as [number | null];
  forget();
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}\n${errors}`);
  return (performance.now() - start) / 1000;
}

export function formatCommands({ machine, command, date, rows }: CommandsReport): string {
  return [
    `${date}   ${command}`,
    describe(machine),
    "",
    ...table([
      ["work", "who", "wall time", "ratio", "largest process", "held-out −ELBO"],
      ...rows.flatMap(({ title, entries }) =>
        entries.map(({ who, seconds, peakBytes, negativeElbo }) => [
          title,
          who,
          `${seconds.toFixed(1)} s`,
          `${(seconds / entries[0]!.seconds).toFixed(2)}×`,
          `${(peakBytes / 1e6).toFixed(0)} MB`,
          negativeElbo.toFixed(1),
        ]),
      ),
    ]),
  ].join("\n");
}
