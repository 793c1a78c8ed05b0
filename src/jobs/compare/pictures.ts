/**
 * The same images through one model of every setting: their reconstructions, and traversals from the first of them.
 * And what can only be measured with the model: active units.
 */

import { BetalabError } from "../../base/errors.ts";
import type { Watch } from "../../base/progress.ts";
import { type Dataset, takeImages } from "../../data/index.ts";
import type { ImageStack, UsedModel } from "../../figures/index.ts";
import {
  activityThreshold,
  decoderWeightNorms,
  descending,
  latentStatistics,
  rangeValues,
  traversalLatents,
} from "../../latent/index.ts";
import { type Place, posteriorsOf } from "../../trained/index.ts";
import type { Teller } from "../events.ts";
import type { CollectedRun } from "./collect.ts";
import type { Group } from "./group.ts";
import type { Measure } from "./measure.ts";
import { variance } from "./statistics.ts";

export interface ComparisonImages {
  readonly originals: ImageStack;
  /** One for each group. */
  readonly settings: readonly ShownModel[];
}

export interface ShownModel {
  readonly label: string;
  /** In nats per image. */
  readonly kl: number;
  /** What each latent carries, in nats per image, and the norms of the decoder's first weights. */
  readonly latents: Omit<UsedModel, "name">;
  /** Of the originals. */
  readonly reconstructions: ImageStack;
  /** Rows of the traversal, the largest KL first. */
  readonly dimensions: readonly { readonly dimension: number; readonly kl: number }[];
  /** A row of images for each dimension, from −`REACH` to `REACH`. */
  readonly traversal: ImageStack;
}

const SHOWN = 12;
export const REACH = 3;
/** Images in a row of a traversal. */
export const STEPS = 7;
/** Dimensions of a traversal sheet: those that carry most. */
const MOST_DIMENSIONS = 6;

const activeUnitsMeasure: Measure = {
  key: "activeUnits",
  label: "active units",
  whole: true,
  definition: `latents whose posterior mean varies by more than ${activityThreshold} (Burda et al. 2016), all held-out images`,
};

/**
 * Looks at every model. The shown run of a group is that of its lowest seed.
 *
 * @param most groups that are shown, from the first
 * @returns the groups, each run with its active units; the images
 *
 * Throws "data" when the runs' data can't be opened, or has changed since.
 */
export async function lookAtModels(
  groups: readonly Group<CollectedRun>[],
  most: number,
  place: Place,
  tell: Teller,
): Promise<{ groups: readonly Group<CollectedRun>[]; images: ComparisonImages }> {
  const first = groups[0]!.runs[0]!;
  const data = await first.opened.data(place);
  try {
    if (data.fingerprint !== first.data.fingerprint) {
      throw new BetalabError("data", `the data is not what ${first.path} was trained on`, "check `data`");
    }
    const total = groups.reduce((sum, { runs }) => sum + runs.length, 0);
    let done = 0;
    const settings: ShownModel[] = [];
    const measured: Group<CollectedRun>[] = [];
    for (const [at, group] of groups.entries()) {
      const runs: CollectedRun[] = [];
      for (const [i, run] of group.runs.entries()) {
        tell.stage({ stage: "looking at models", done: done++, total });
        const seen = await lookAt(run, data, i === 0 && at < most, { signal: tell.signal });
        runs.push({
          ...run,
          values: new Map([...run.values, [activeUnitsMeasure.key, seen.active]]),
          errors: new Map([...run.errors, ["kl", seen.klError]]),
          measures: [...run.measures.slice(0, 3), activeUnitsMeasure, ...run.measures.slice(3)],
        });
        if (seen.shown) settings.push({ label: group.label, ...seen.shown });
      }
      measured.push({ ...group, runs });
    }
    return { groups: measured, images: { originals: heldOut(data, SHOWN).images, settings } };
  } finally {
    data.close();
  }
}

/** The first held-out images with their classes, where they have any. */
function heldOut({ heldOut: { images, labels } }: Dataset, most: number) {
  const indices = Array.from({ length: Math.min(most, images.count) }, (_, i) => i);
  return { images: takeImages(images, indices), classes: labels && indices.map((i) => labels.values[i]!) };
}

async function lookAt(
  { opened }: CollectedRun,
  data: Dataset,
  pictures: boolean,
  watch: Watch,
): Promise<{ active: number; klError: number; shown?: Omit<ShownModel, "label"> }> {
  const posteriors = await posteriorsOf(opened, data, "heldOut", watch);
  const statistics = latentStatistics(posteriors);
  const active = statistics.meanVariance.filter((variance) => variance > activityThreshold).length;
  const measured = { active, klError: Math.sqrt(variance(Array.from(posteriors.kl)) / posteriors.count) };
  if (!pictures) return measured;
  const model = await opened.compile();
  try {
    const { latentDim } = opened.vae;
    const few = heldOut(data, SHOWN);
    const means = posteriors.mean.slice(0, few.images.count * latentDim);
    const dimensions = descending(statistics.kl)
      .slice(0, MOST_DIMENSIONS)
      .map((dimension) => ({ dimension, kl: statistics.kl[dimension]! }));
    const start = means.slice(0, latentDim);
    const latents = new Float32Array(dimensions.length * STEPS * latentDim);
    for (const [row, { dimension }] of dimensions.entries()) {
      const values = rangeValues({ kind: "fixed", r: REACH }, STEPS, dimension, statistics);
      latents.set(traversalLatents(start, latentDim, dimension, values), row * STEPS * latentDim);
    }
    const sameClass = few.classes && new Array<number>(dimensions.length * STEPS).fill(few.classes[0]!);
    return {
      ...measured,
      shown: {
        kl: statistics.kl.reduce((sum, one) => sum + one, 0),
        latents: { kl: statistics.kl, weights: decoderWeightNorms(opened.vae, opened.state) },
        reconstructions: await model.decode(means, few.classes),
        dimensions,
        traversal: await model.decode(latents, sameClass),
      },
    };
  } finally {
    await model.release();
  }
}
