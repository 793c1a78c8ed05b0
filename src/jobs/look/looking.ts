/** What the commands that look at a model share: opening it and its data, and letting both go. */

import { BetalabError } from "../../base/errors.ts";
import { type Dataset, type Split, type SplitName, takeImages } from "../../data/index.ts";
import { type LatentModel, type LatentStatistics, latentStatistics } from "../../latent/index.ts";
import { type OpenModel, openModel, type Place } from "../../trained/index.ts";

export interface LookOptions extends Place {
  /** A folder, or a file whose name the results take. Default: `figures/` and `tables/` of the run. */
  readonly out?: string | undefined;
  /** Default held-out. */
  readonly split?: SplitName | undefined;
}

/** A model with its data, while a command works. */
export interface Looking {
  readonly opened: OpenModel;
  readonly model: LatentModel;
  /** The split that was asked for; opened when it is first asked for. */
  split(): Promise<Split>;
}

/** Opens the model at `path`, does the work, and closes all that was opened. */
export async function look<T>(
  path: string,
  options: LookOptions,
  work: (at: Looking) => Promise<T>,
): Promise<T> {
  const opened = openModel(path);
  const model = await opened.model();
  let data: Promise<Dataset> | undefined;
  const split = async (): Promise<Split> => {
    data ??= opened.data(options);
    return (await data)[options.split ?? "heldOut"];
  };
  try {
    return await work({ opened, model, split });
  } finally {
    await model.release();
    (await data?.catch(() => undefined))?.close();
  }
}

/**
 * The KL of each dimension in nats, and all statistics where the data is at hand: without it a run still knows the KL
 * that it logged last, an exported model nothing.
 */
export async function klAtHand(
  at: Looking,
): Promise<{ readonly kl: ArrayLike<number> | undefined; readonly statistics?: LatentStatistics }> {
  try {
    const statistics = await statisticsOf(at);
    return { kl: statistics.kl, statistics };
  } catch (error) {
    if (!(error instanceof BetalabError) || error.code !== "data") throw error;
    const logged = at.opened.run?.metrics
      .read()
      .findLast(({ klPerDimension }) => Array.isArray(klPerDimension));
    return { kl: logged?.klPerDimension as number[] | undefined };
  }
}

/** The posteriors of at most `limit` images of the split, and their statistics. */
export async function statisticsOf({ model, split }: Looking, limit = 10_000): Promise<LatentStatistics> {
  const { images, labels } = await split();
  const indices = Array.from({ length: Math.min(limit, images.count) }, (_, i) => i);
  const classes = labels && indices.map((i) => labels.values[i]!);
  return latentStatistics(await model.encode(takeImages(images, indices), classes));
}

/** "mnist-mlp-20, step 1404". */
export function describeModel({ name, step }: OpenModel): string {
  return `${name}, step ${step.toLocaleString("en")}`;
}
