/** Peers that are a Python script: which of their settings is fastest on a step. */

import { valueAt } from "../src/nn/index.ts";
import { measure } from "./contestant.ts";
import { constantBeta, netSpec } from "./net.ts";
import { type PeerOpened, PeerProcess, peerContestant, peerScript } from "./peer-process.ts";
import type { Entrant, Heat, PeerOptions } from "./peers.ts";
import { needPython } from "./python.ts";
import type { BenchStep } from "./steps.ts";

export interface PythonPeer {
  /** As people name it. */
  readonly title: string;
  readonly module: string;
  /** What to ask pip for. */
  readonly packages: string;
  readonly script: string;
}

export interface Setting {
  readonly name: string;
  readonly threads: number;
  readonly environment: NodeJS.ProcessEnv;
  /** What the script's `open` takes beside the step itself. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** A short race of `settings`; whoever is fastest with its number of threads stays open. */
export async function race<S extends Setting>(
  { title, module, packages, script }: PythonPeer,
  settings: readonly S[],
  step: BenchStep,
  { pictures }: PeerOptions,
): Promise<Heat & { readonly winners: readonly S[] }> {
  const command = needPython(module, packages);
  const fastest = new Map<number, { readonly entrant: Entrant; readonly setting: S }>();
  const tried: Record<string, number> = {};
  let version = "";
  for (const setting of settings) {
    const process = new PeerProcess(title, command, [peerScript(script)], setting.environment);
    const opened = await process.ask<PeerOpened>({
      open: { ...stepRequest(step, pictures), ...setting.request },
    });
    version = opened.version;
    const entrant = { ...peerContestant(setting.name, opened, process), threads: setting.threads };
    const { best } = (await measure([entrant], { seconds: 1, rounds: 3 })).get(entrant)!;
    tried[setting.name] = best;
    const before = fastest.get(setting.threads);
    const better = before === undefined || best < tried[before.setting.name]!;
    if (better) fastest.set(setting.threads, { entrant, setting });
    await (better ? before?.entrant : entrant)?.close();
  }
  return {
    name: `${title} ${version}`,
    tried,
    fastest: [...fastest.values()].map(({ entrant }) => entrant),
    winners: [...fastest.values()].map(({ setting }) => setting),
  };
}

/** What every script's `open` takes: the net, the pictures, and how they are trained on. */
export function stepRequest(
  { config, image }: BenchStep,
  pictures: string,
): Readonly<Record<string, unknown>> {
  const { optimizer, data } = config;
  const { learningRate } = optimizer;
  return {
    net: netSpec(config, image),
    pixels: pictures,
    batchSize: data.batchSize,
    beta: constantBeta(config),
    optimizer: {
      ...optimizer,
      learningRate: valueAt(learningRate, { step: 0, stepsPerEpoch: 1, totalSteps: 1e9 }),
    },
  };
}
