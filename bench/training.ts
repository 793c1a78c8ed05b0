/** One training step beside its peers, all on the same net, batch size and pictures. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shipped } from "../src/config/node.ts";
import type { Runtime } from "../src/runtime/index.ts";
import { buildModel } from "../src/trained/index.ts";
import { measure } from "./contestant.ts";
import { stepFlops } from "./flops.ts";
import type { BenchOptions } from "./options.ts";
import type { TrainingContestant } from "./ours.ts";
import { type PeerOpened, PeerProcess, peerContestant } from "./peer-process.ts";
import type { Entrant, Heat } from "./peers.ts";
import { drawPictures, writePictures } from "./pictures.ts";
import type { PeerResult, StepReport } from "./report.ts";
import type { BenchStep } from "./steps.ts";

export interface Surroundings {
  readonly runtime: Runtime;
  /** For files that others read. */
  readonly folder: string;
  readonly progress: (text: string) => void;
}

/**
 * Measures one step: everybody takes turns, with all threads and with one. Throws "device" when a peer isn't installed.
 */
export async function measureStep(
  step: BenchStep,
  { stepPeers, modules, seconds, rounds }: BenchOptions,
  { runtime, folder, progress }: Surroundings,
): Promise<StepReport> {
  const pixels = drawPictures(step.image);
  const pictures = join(folder, `${step.name}.bin`);
  writePictures(pictures, pixels);
  const heats: Heat[] = [];
  const mine: (TrainingContestant & Entrant)[] = [];
  try {
    for (const { name, open } of stepPeers) {
      progress(`${step.name}: trying ${name}`);
      const kept = join(folder, `${step.name}-${name}`);
      mkdirSync(kept);
      heats.push(...(await open(step, { pictures, threads: runtime.threads, modules, folder: kept })));
    }
    progress(`${step.name}: measuring`);
    for (const threads of new Set([runtime.threads, 1])) mine.push(await ourProcess(step, threads));
    const others = heats.flatMap(({ fastest }) => fastest);
    const [{ parameterCount }] = mine as [TrainingContestant];
    for (const { name, parameterCount: theirs } of others) {
      if (theirs !== parameterCount)
        throw new Error(`internal: ${name} has ${theirs} weights, not ${parameterCount}`);
    }
    const results = await measure([...mine, ...others], { seconds, rounds });
    const best = (entrants: readonly Entrant[]): PeerResult | undefined =>
      entrants
        .map((entrant) => ({ setting: entrant.name, result: results.get(entrant)!, ...first(entrant) }))
        .toSorted((a, b) => a.result.median - b.result.median)[0];
    const one = ({ threads }: Entrant) => threads === 1;
    return {
      name: step.name,
      title: step.title,
      batchSize: step.config.data.batchSize,
      stepsPerCall: step.config.training.stepsPerCall,
      parameterCount,
      flops: stepFlops(
        buildModel(step.config, step.image, { registries: shipped }).vae,
        step.config.data.batchSize,
      ),
      result: results.get(mine[0]!)!,
      oneThread: results.get(mine.find(one)!)!,
      ...first(mine[0]!),
      peers: heats.map(({ name, tried, fastest }) => ({
        name,
        tried,
        best: best(fastest)!,
        oneThread: best(fastest.filter(one)),
      })),
    };
  } finally {
    for (const contestant of [...mine, ...heats.flatMap(({ fastest }) => fastest)]) await contestant.close();
  }
}

const first = ({ firstSeconds }: Entrant) => firstSeconds !== undefined && { firstSeconds };

async function ourProcess({ name }: BenchStep, threads: number): Promise<TrainingContestant & Entrant> {
  const script = fileURLToPath(new URL("training-child.js", import.meta.url));
  const child = new PeerProcess("betalab", process.execPath, [script]);
  const opened = await child.ask<PeerOpened>({ open: { step: name, threads } });
  return { ...peerContestant("betalab", opened, child), parameterCount: opened.parameterCount, threads };
}
