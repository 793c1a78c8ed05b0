/** What the jobs that look at a model share: opening it and its data, and letting both go. */

import type { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { formatCount } from "../../base/format.ts";
import { columnsOf } from "../../base/linear-algebra.ts";
import { range } from "../../base/lists.ts";
import type { Dataset, Split } from "../../data/index.ts";
import { type Picture, titled } from "../../figures/index.ts";
import {
  descending,
  type LatentModel,
  type LatentStatistics,
  latentStatistics,
  type Posteriors,
  type SplitPosteriors,
} from "../../latent/index.ts";
import { latentMeanings, type Meaning } from "../../metrics/index.ts";
import type { RunDirectory } from "../../runs/index.ts";
import type { Device } from "../../runtime/index.ts";
import { type OpenModel, type Place, posteriorsOf } from "../../trained/index.ts";
import { type JobEvent, type Teller, telling } from "../events.ts";
import type { Context, Job, Outcome } from "../job.ts";
import { openSubject, placeOf } from "../open.ts";

/** A model with its data, while a job works. */
export interface Drawing {
  readonly opened: OpenModel;
  readonly model: LatentModel;
  readonly tell: Teller;
  readonly place: Place;
  /** The split that was asked for; opened when it is first asked for. */
  split(): Promise<Split>;
  /** Posteriors of that split: of all its images, or of the first `count`. */
  posteriors(count?: number): Promise<SplitPosteriors>;
}

export interface LookOptions {
  readonly data?: string | undefined;
  readonly device?: Device | undefined;
  readonly split?: "heldOut" | "train";
}

/** Opens the job's model, does the work, and closes all that was opened. */
export async function* withModel<V>(
  context: Context<"model">,
  options: LookOptions,
  work: (at: Drawing) => Promise<Outcome<V>>,
): AsyncGenerator<JobEvent, Outcome<V>, void> {
  return yield* telling(context.signal, async (tell) => {
    const place = placeOf(context, options, tell);
    const opened = openSubject(context.subject, place, tell);
    const model = await opened.compile();
    let data: Promise<Dataset> | undefined;
    const name = options.split ?? "heldOut";
    const split = async (): Promise<Split> => {
      data ??= opened.data(place);
      return (await data)[name];
    };
    const posteriors = async (count?: number): Promise<SplitPosteriors> => {
      const { images } = await split();
      const indices =
        count === undefined ? undefined : Uint32Array.from(range(Math.min(count, images.count)));
      return posteriorsOf(opened, (await data)!, name, { indices, ...tell });
    };
    try {
      return { folder: opened.path, ...(await work({ opened, model, tell, place, split, posteriors })) };
    } finally {
      await model.release();
      (await data?.catch(() => undefined))?.close();
    }
  });
}

/** Declares a job that looks at one model: its `options` hold those of `LookOptions`. */
export function defineDrawing<const N extends string, O extends z.ZodObject, V extends z.ZodType>({
  draw,
  ...job
}: Omit<Job<N, "model", O, V>, "takes" | "artifacts" | "run"> & {
  draw(at: Drawing, options: z.output<O>): Promise<Outcome<z.output<V>>>;
}): Job<N, "model", O, V> {
  return {
    ...job,
    takes: "model",
    artifacts: true,
    run: (context, options) => withModel(context, options as LookOptions, (at) => draw(at, options)),
  };
}

/**
 * KL of each latent in nats: measured when the data can be opened (with all statistics), else the last logged value
 * (runs only).
 */
export async function klAtHand(at: Drawing): Promise<{
  readonly kl: ArrayLike<number> | undefined;
  readonly statistics?: MeasuredLatents | undefined;
}> {
  try {
    const statistics = await statisticsOf(at);
    return { kl: statistics.kl, statistics };
  } catch (error) {
    if (!(error instanceof BetalabError) || error.code !== "data") throw error;
    const kl = at.opened.run && loggedKl(at.opened.run);
    at.tell.note(`the KL is ${kl === undefined ? "unknown" : "the last logged one"}: ${error.message}`);
    return { kl };
  }
}

/** The newest KL of each latent that a run has logged, in nats. */
export function loggedKl({ metrics }: RunDirectory): number[] | undefined {
  const logged = metrics.read().findLast(({ klPerDimension }) => Array.isArray(klPerDimension));
  return logged?.klPerDimension as number[] | undefined;
}

/** Latents that are drawn where nobody chose them: hundreds of pictures help nobody, and take gigabytes. */
const MOST = 32;

/**
 * All latents in ascending order; of more than 32 the most active ones, which is noted.
 *
 * @param kl nats of each latent; where they are unknown, the first latents are taken
 * @param others how others can be had, for the note
 */
export function drawnLatents(
  latentDim: number,
  kl: ArrayLike<number> | undefined,
  tell: Pick<Teller, "note">,
  others: string,
): number[] {
  const all = range(latentDim);
  if (latentDim <= MOST) return all;
  tell.note(`the ${MOST} ${kl ? "most active" : "first"} of ${latentDim} latents are drawn${others}`);
  return (kl ? descending(kl) : all).slice(0, MOST).sort((a, b) => a - b);
}

/** What is measured of each latent, and what it goes with where something is known of the images. */
export interface MeasuredLatents extends LatentStatistics {
  readonly meanings: readonly Meaning[];
}

/** What the posteriors of the whole split say of the latents. */
export async function statisticsOf({ posteriors, split }: Drawing): Promise<MeasuredLatents> {
  const truth = await split();
  return measuredLatents(await posteriors(), truth);
}

/** @param truth of the images, from the first */
export function measuredLatents(
  posteriors: Posteriors,
  truth: Parameters<typeof latentMeanings>[2],
): MeasuredLatents {
  const statistics = latentStatistics(posteriors);
  const codes = columnsOf(posteriors.mean, statistics.kl.length);
  return { ...statistics, meanings: latentMeanings(codes, statistics.kl, truth) };
}

/** "mnist-mlp-20, step 1404". */
export function describeModel({ name, step }: OpenModel): string {
  return `${name}, step ${formatCount(step)}`;
}

/** A picture under the model's name and what it shows, or `bare`. */
export function captioned(
  picture: Picture,
  { opened }: Pick<Drawing, "opened">,
  what: string,
  { bare }: { readonly bare: boolean },
): Picture {
  return bare ? picture : titled(picture, `${describeModel(opened)}: ${what}`);
}

/** Column names of tables: z0, z1, …. */
export function latentNames(latentDim: number): string[] {
  return Array.from({ length: latentDim }, (_, d) => `z${d}`);
}
