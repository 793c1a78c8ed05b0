/** The losses of a small training's first steps, by any runtime: what engines are compared by. Runs in a page. */

import { configuration, shipped } from "../../src/config/web.ts";
import { openDataset } from "../../src/data/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { buildJob } from "../../src/trained/web.ts";
import { train } from "../../src/training/index.ts";

export interface Course {
  readonly preset: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly steps: number;
}

/** −ELBO in nats after every step. */
export async function lossesOf({ preset, set, steps }: Course, runtime: Runtime): Promise<number[]> {
  const { config } = configuration(shipped).resolve({ preset, ...set });
  const data = await openDataset(config.data, {}, shipped.sources);
  const losses: number[] = [];
  for await (const event of train(buildJob(config, data, runtime, shipped))) {
    if (event.type === "step") losses.push(event.terms.negativeElbo as number);
    if (losses.length === steps) break;
  }
  return losses;
}
