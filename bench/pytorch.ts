/**
 * PyTorch at its best: one process for each number of threads and OpenMP binding, each tried with and without
 * the multi-tensor Adam and, for convolutions, in both memory layouts. A short heat finds the fastest with one
 * thread and with all; those two go on into the interleaved measurement, since a busy machine slows them
 * differently.
 */

import { valueAt } from "../src/nn/index.ts";
import { type Contestant, measure } from "./contestant.ts";
import { constantBeta, netSpec } from "./net.ts";
import { type PeerOpened, PeerProcess, peerContestant, peerScript } from "./peer-process.ts";
import type { Heat, PeerOptions } from "./peers.ts";
import { needPython } from "./python.ts";
import type { BenchStep } from "./steps.ts";

interface Setting {
  readonly threads: number;
  readonly bind: boolean;
  readonly foreach: boolean;
  readonly channelsLast: boolean;
}

function settings(step: BenchStep, threads: number): Setting[] {
  const layouts = step.config.model.architecture === "mlp" ? [false] : [false, true];
  const bindings = [{ threads: 1, bind: false }];
  if (threads > 1) bindings.push({ threads, bind: false }, { threads, bind: true });
  return bindings.flatMap((binding) =>
    [false, true].flatMap((foreach) =>
      layouts.map((channelsLast) => ({ ...binding, foreach, channelsLast })),
    ),
  );
}

function describe({ threads, bind, foreach, channelsLast }: Setting): string {
  const parts = [
    `${threads} thread${threads === 1 ? "" : "s"}`,
    bind ? "OMP_PROC_BIND=true" : "",
    foreach ? "foreach Adam" : "",
    channelsLast ? "channels_last" : "",
  ];
  return `pytorch (${parts.filter(Boolean).join(", ")})`;
}

/** Opens PyTorch on `step` in every setting and keeps the fastest of each number of threads. */
export async function pytorch(step: BenchStep, { pictures, threads }: PeerOptions): Promise<Heat> {
  const command = needPython("torch", "python3-torch libopenblas0-openmp");
  const { optimizer, data } = step.config;
  const { learningRate } = optimizer;
  const fastest = new Map<number, Contestant>();
  const tried: Record<string, number> = {};
  for (const setting of settings(step, threads)) {
    const process = new PeerProcess("pytorch", command, [peerScript("pytorch.py")], {
      OMP_NUM_THREADS: String(setting.threads),
      OMP_PROC_BIND: setting.bind ? "true" : undefined,
    });
    const opened = await process.ask<PeerOpened>({
      open: {
        net: netSpec(step.config, step.image),
        pixels: pictures,
        batchSize: data.batchSize,
        beta: constantBeta(step.config),
        optimizer: {
          ...optimizer,
          learningRate: valueAt(learningRate, { step: 0, stepsPerEpoch: 1, totalSteps: 1e9 }),
        },
        ...setting,
      },
    });
    const contestant = peerContestant(describe(setting), opened, process);
    const result = (await measure([contestant], { seconds: 1, rounds: 4 })).get(contestant)!;
    tried[contestant.name] = result.best;
    const before = fastest.get(setting.threads);
    const better = before === undefined || result.best < tried[before.name]!;
    if (better) fastest.set(setting.threads, contestant);
    await (better ? before : contestant)?.close();
  }
  return { tried, fastest: [...fastest.values()] };
}
