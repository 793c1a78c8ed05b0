/** What a training says of itself before its first step. */

import { formatGigabytes, formatSeconds } from "../base/format.ts";
import type { Config } from "../config/index.ts";
import { isBinary } from "../data/index.ts";
import { measureSpeed } from "../runtime/node.ts";
import { memoryOf, secondsPerEpoch, type TrainingJob } from "../training/index.ts";
import { epochStride } from "./pictures.ts";

export async function trainingNotes(job: TrainingJob, config: Config): Promise<string[]> {
  return [...caveats(job), ...weightsNotes(config), ...pictureNotes(config), ...(await forecastNotes(job))];
}

/** More than this part of the machine's memory is worth a warning. */
const NEARLY_ALL = 0.7;

/** What the training will take: memory, and time at the speed that this machine has now. */
async function forecastNotes(job: TrainingJob): Promise<string[]> {
  const { forecast, runtime } = job;
  if (forecast === undefined) return [];
  const seconds = secondsPerEpoch(job, forecast, await measureSpeed(runtime));
  const bytes = memoryOf(forecast);
  const tight = bytes > NEARLY_ALL * runtime.memory;
  const warning = `, of ${formatGigabytes(runtime.memory)} that this machine has: lower data.batchSize if it grows slow`;
  return [
    `forecast: about ${formatSeconds(seconds)} an epoch, ${formatGigabytes(bytes)} of memory${tight ? warning : ""}`,
  ];
}

/** Which weights are evaluated, drawn and exported, where it is not the last ones. */
function weightsNotes({ optimizer, training }: Config): string[] {
  const { averaging } = optimizer;
  const averages =
    averaging === undefined
      ? []
      : [
          `evaluation, pictures and export use weights averaged over steps (optimizer.averaging ${averaging})`,
        ];
  const best = training.keepBest
    ? [
        `the weights of the epoch with the lowest held-out ${training.monitor} are the model that is exported and opened (training.keepBest)`,
      ]
    : [];
  return [...averages, ...best];
}

/** What is left of the pictures of a long run. */
function pictureNotes({ training: { epochs } }: Config): string[] {
  const stride = epochStride(epochs);
  if (stride === 1) return [];
  return [
    `pictures of epochs are thinned as they become many: after ${epochs} epochs one in ${stride}, the first and the last are left`,
  ];
}

function caveats({ vae, data }: TrainingJob): string[] {
  const caveat = vae.decoding.caveat({ binary: isBinary(data.heldOut.images) });
  return caveat === undefined ? [] : [caveat];
}
