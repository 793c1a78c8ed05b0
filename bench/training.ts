/** One training step beside its peers, all on the same net, batch size and pictures. */

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
import type { Heat } from "./peers.ts";
import { drawPictures, writePictures } from "./pictures.ts";
import type { PeerReport, StepReport } from "./report.ts";
import type { BenchStep } from "./steps.ts";

export interface Surroundings {
  readonly runtime: Runtime;
  /** For files that others read. */
  readonly folder: string;
  readonly progress: (text: string) => void;
}

/** Measures one step. Throws "device" when a peer isn't installed. */
export async function measureStep(
  step: BenchStep,
  { stepPeers, modules, seconds, rounds }: BenchOptions,
  { runtime, folder, progress }: Surroundings,
): Promise<StepReport> {
  const pixels = drawPictures(step.image);
  const pictures = join(folder, `${step.name}.bin`);
  writePictures(pictures, pixels);
  const heats: { name: string; heat: Heat }[] = [];
  let mine: TrainingContestant | undefined;
  try {
    for (const { name, open } of stepPeers) {
      progress(`${step.name}: trying ${name}`);
      const heat = await open(step, { pictures, threads: runtime.threads, modules });
      if (heat !== undefined) heats.push({ name, heat });
    }
    progress(`${step.name}: measuring`);
    mine = await ourProcess(step, runtime.threads);
    const others = heats.flatMap(({ heat }) => heat.fastest);
    for (const { name, parameterCount } of others) {
      if (parameterCount === mine.parameterCount) continue;
      throw new Error(`internal: ${name} has ${parameterCount} weights, not ${mine.parameterCount}`);
    }
    const results = await measure([mine, ...others], { seconds, rounds });
    return {
      name: step.name,
      title: step.title,
      batchSize: step.config.data.batchSize,
      stepsPerCall: step.config.training.stepsPerCall,
      parameterCount: mine.parameterCount,
      flops: stepFlops(
        buildModel(step.config, step.image, { registries: shipped }).vae,
        step.config.data.batchSize,
      ),
      result: results.get(mine)!,
      peers: heats.map(({ name, heat }): PeerReport => {
        const ranked = heat.fastest
          .map((peer) => ({ setting: peer.name, result: results.get(peer)! }))
          .toSorted((a, b) => a.result.median - b.result.median);
        return { name, tried: heat.tried, ...ranked[0]! };
      }),
    };
  } finally {
    for (const contestant of [mine, ...heats.flatMap(({ heat }) => heat.fastest)]) await contestant?.close();
  }
}

async function ourProcess({ name }: BenchStep, threads: number): Promise<TrainingContestant> {
  const script = fileURLToPath(new URL("training-child.js", import.meta.url));
  const child = new PeerProcess("betalab", process.execPath, [script]);
  const opened = await child.ask<PeerOpened>({ open: { step: name, threads } });
  return { ...peerContestant("betalab", opened, child), parameterCount: opened.parameterCount };
}
