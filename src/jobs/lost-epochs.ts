/** What `metrics.jsonl` should hold and does not. */

import type { Config } from "../config/index.ts";
import { batchesPerEpoch } from "../data/index.ts";
import type { RunDirectory } from "../runs/index.ts";
import type { Progress } from "../training/index.ts";

/**
 * A sentence where the held-out values of epochs up to `step` are not in the run's `metrics.jsonl`. Throws "run" when it
 * can't be read.
 *
 * @param unevaluated an epoch that ends at `step` has none yet
 */
export function lostEpochs(
  { metrics, information }: RunDirectory,
  { data }: Config,
  { step, unevaluated }: Pick<Progress, "step" | "unevaluated">,
): string[] {
  const stepsPerEpoch = batchesPerEpoch(information.data.counts.train, data.batchSize);
  const known = new Set(metrics.read().flatMap(({ split, step: at }) => (split === "heldOut" ? [at] : [])));
  const lost = Array.from(
    { length: Math.floor((step - Number(unevaluated === true)) / stepsPerEpoch) },
    (_, i) => i + 1,
  ).filter((epoch) => !known.has(epoch * stepsPerEpoch));
  if (lost.length === 0) return [];
  const [first, last] = [lost[0]!, lost.at(-1)!];
  const epochs = first === last ? `epoch ${first}` : `${lost.length} epochs from ${first} to ${last}`;
  return [`${metrics.path} has lost the held-out values of ${epochs} (steps up to ${last * stepsPerEpoch})`];
}
