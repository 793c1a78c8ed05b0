/**
 * The same images through one model of every setting: their reconstructions, and traversals from the first of them.
 * And what can only be measured with the model: active units.
 */

import { BetalabError } from "../../base/errors.ts";
import { sum, variance } from "../../base/statistics.ts";
import type { Dataset } from "../../data/index.ts";
import type { ImageStack, UsedModel } from "../../figures/index.ts";
import {
  activityThreshold,
  decoderWeightNorms,
  descending,
  isActiveUnit,
  latentStatistics,
  rangeValues,
  sheetLatents,
  traversalLatents,
} from "../../latent/index.ts";
import { type OpenRun, type Place, posteriorsOf } from "../../trained/index.ts";
import { type MeasuredLatents, measuredLatents } from "../draw/with-model.ts";
import type { Teller } from "../events.ts";
import { shownImages } from "../pictures.ts";
import type { CollectedRun } from "./collect.ts";
import { type Group, shownRun } from "./group.ts";
import type { Measure } from "./value.ts";

export interface ComparisonImages {
  readonly originals: ImageStack;
  readonly classes: readonly number[] | undefined;
  /** One for each group. */
  readonly settings: readonly ShownModel[];
}

export interface ShownModel {
  readonly label: string;
  /** In nats per image. */
  readonly kl: number;
  /** What each latent carries, in nats per image, and the norms of the decoder's first weights. */
  readonly latents: Omit<UsedModel, "name"> & Pick<MeasuredLatents, "meanings">;
  /** Of the originals. */
  readonly reconstructions: ImageStack;
  /** Rows of the traversal, the largest KL first. */
  readonly dimensions: readonly number[];
  /** A row of images for each dimension, from −`REACH` to `REACH`. */
  readonly traversal: ImageStack;
  readonly model: OpenRun;
  /** Posterior means of the originals, `[count, latent]`. */
  readonly means: Float32Array;
}

const SHOWN = 12;
export const REACH = 3;
/** Images in a row of a traversal. */
export const STEPS = 7;
/** Dimensions of a traversal sheet: those that carry most. */
const MOST_DIMENSIONS = 6;

export const activeUnitsMeasure: Measure = {
  key: "activeUnits",
  label: "active units",
  whole: true,
  definition: `latents whose posterior mean varies by ${activityThreshold} or more (Burda et al. 2016), all held-out images`,
};

/**
 * Looks at every model. `shownRun` says which run of a group is shown.
 *
 * @param order of the groups, by their numbers and their active units
 * @param most groups that are shown, from the first
 * @returns the groups in that order, each run with its active units; the images
 *
 * Throws "data" when the runs' data can't be opened, or has changed since.
 */
export async function lookAtModels(
  given: readonly Group<CollectedRun>[],
  order: (groups: readonly Group<CollectedRun>[]) => readonly Group<CollectedRun>[],
  most: number,
  place: Place,
  tell: Teller,
): Promise<{ groups: readonly Group<CollectedRun>[]; images: ComparisonImages }> {
  const first = given[0]!.runs[0]!;
  const data = await first.opened.data(place);
  try {
    if (data.fingerprint !== first.data.fingerprint) {
      throw new BetalabError("data", `the data is not what ${first.path} was trained on`, "check `data`");
    }
    const total = sum(given.map(({ runs }) => runs.length));
    let done = 0;
    const seen = new Map<string, Seen>();
    const measured: Group<CollectedRun>[] = [];
    for (const group of given) {
      const shown = shownRun(group);
      const runs: CollectedRun[] = [];
      for (const run of group.runs) {
        tell.stage({ stage: "looking at models", done: done++, total });
        const posteriors = await posteriorsOf(run.opened, data, "heldOut", { signal: tell.signal });
        if (run === shown) {
          const { mean, count } = posteriors;
          const means = mean.slice(0, (Math.min(SHOWN, count) * mean.length) / count);
          seen.set(run.path, { statistics: measuredLatents(posteriors, data.heldOut), means });
        }
        const { meanVariance } = latentStatistics(posteriors);
        const active = meanVariance.filter(isActiveUnit).length;
        const klError = Math.sqrt(variance(Array.from(posteriors.kl)) / posteriors.count);
        runs.push({
          ...run,
          values: new Map([...run.values, [activeUnitsMeasure.key, active]]),
          errors: new Map([...run.errors, ["kl", klError]]),
          measures: [...run.measures.slice(0, 3), activeUnitsMeasure, ...run.measures.slice(3)],
        });
      }
      measured.push({ ...group, runs });
    }
    const groups = order(measured);
    const few = shownImages(data, SHOWN);
    const settings: ShownModel[] = [];
    for (const group of groups.slice(0, most)) {
      const run = shownRun(group);
      settings.push({ label: group.label, ...(await show(run, data, seen.get(run.path)!)) });
    }
    return { groups, images: { originals: few.images, classes: few.classes && [...few.classes], settings } };
  } finally {
    data.close();
  }
}

/** What is kept of a shown model's posteriors: all of them, of a hundred runs, would fill the memory. */
interface Seen {
  readonly statistics: MeasuredLatents;
  /** Posterior means of the first held-out images. */
  readonly means: Float32Array;
}

async function show(
  { opened }: CollectedRun,
  data: Dataset,
  { statistics, means }: Seen,
): Promise<Omit<ShownModel, "label">> {
  const model = await opened.compile();
  try {
    const { latentDim } = opened.vae;
    const few = shownImages(data, SHOWN);
    const dimensions = descending(statistics.kl).slice(0, MOST_DIMENSIONS);
    const start = means.slice(0, latentDim);
    const values = rangeValues({ kind: "fixed", r: REACH }, STEPS, 0);
    const latents = sheetLatents(dimensions, (d) => traversalLatents(start, latentDim, d, values));
    return {
      kl: sum(statistics.kl),
      latents: { ...statistics, weights: decoderWeightNorms(opened.vae, opened.state) },
      reconstructions: await model.decode(means, few.classes),
      dimensions,
      traversal: await model.decode(latents, few.classes?.[0]),
      model: opened,
      means,
    };
  } finally {
    await model.release();
  }
}
