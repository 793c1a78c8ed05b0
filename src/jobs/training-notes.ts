/** What a training says of itself before its first step, and right after it. */

import { formatCount, formatGigabytes, formatSeconds, plural } from "../base/format.ts";
import type { Config } from "../config/index.ts";
import { batchesPerEpoch, isBinary } from "../data/index.ts";
import { measureSpeed } from "../runtime/node.ts";
import { type Forecast, memoryOf, secondsPerEpoch, type TrainingJob } from "../training/index.ts";
import { epochStride } from "./pictures.ts";

export function trainingNotes(job: TrainingJob, config: Config): string[] {
  return [...caveats(job), ...weightsNotes(config), ...pictureNotes(config), ...memoryNotes(job)];
}

/** Steps of a whole training; by fewer, a net of any preset hardly learns more than the mean image. */
const FEW_STEPS = 1000;

/** The epochs of so many training images that make as many steps. */
export const enoughEpochs = (images: number, batchSize: number): number =>
  Math.ceil(FEW_STEPS / batchesPerEpoch(images, batchSize));

/**
 * A preset's epochs are meant for more images than a small folder has. Nothing where whoever trains chose the epochs.
 *
 * @param origin where `training.epochs` comes from, as `Resolved` says it
 */
export function fewStepsNotes(
  { data: { train }, batchSize, epochs }: Pick<TrainingJob, "data" | "batchSize" | "epochs">,
  origin: string | undefined,
): string[] {
  const perEpoch = batchesPerEpoch(train.images.count, batchSize);
  const steps = epochs * perEpoch;
  if (steps >= FEW_STEPS || origin?.startsWith("option ")) return [];
  return [
    `the whole training is ${plural(formatCount(steps), "step")}, ${plural(epochs, "epoch")} of ${perEpoch} (${formatCount(train.images.count)} training images in batches of ${batchSize}), ` +
      `which is few to learn from: training.epochs ${formatCount(enoughEpochs(train.images.count, batchSize))} makes ${formatCount(FEW_STEPS)}; more images are better still`,
  ];
}

/** More than this part of the machine's memory is worth a warning. */
const NEARLY_ALL = 0.7;

function memoryNotes({ forecast, runtime: { memory, description } }: TrainingJob): string[] {
  if (forecast === undefined || memoryOf(forecast) <= NEARLY_ALL * memory) return [];
  const [needed, there] = [memoryOf(forecast), memory].map(formatGigabytes);
  return [
    `training takes about ${needed} of the ${there} of memory that ${description} has here: lower data.batchSize if it grows slow`,
  ];
}

/** How the note begins whose numbers are a little different each time. */
export const FORECAST = "forecast: ";

/** What the training will take: memory, and time at the speed that this machine has now. */
export async function forecastNote(job: TrainingJob, forecast: Forecast): Promise<string> {
  const seconds = secondsPerEpoch(job, forecast, await measureSpeed(job.runtime));
  return `${FORECAST}about ${formatSeconds(seconds)} an epoch, ${formatGigabytes(memoryOf(forecast))} of memory`;
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
