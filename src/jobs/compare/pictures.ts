/**
 * The same images through one model of every setting: reconstructions under each other, and a sheet of traversals for
 * each. And what only a look at the models tells: active units.
 */

import { BetalabError } from "../../base/errors.ts";
import { type Dataset, takeImages } from "../../data/index.ts";
import { type ImageStack, labelledSheet, type Picture } from "../../figures/node.ts";
import {
  activityThreshold,
  descending,
  latentStatistics,
  rangeValues,
  traversalLatents,
} from "../../latent/index.ts";
import type { Place } from "../../trained/index.ts";
import type { CollectedRun, Measure } from "./collect.ts";
import type { Group } from "./group.ts";

export interface ComparisonPictures {
  readonly reconstructions: Picture;
  /** One for each group. */
  readonly traversals: readonly { readonly label: string; readonly picture: Picture }[];
}

/** Held-out images that active units are counted on. */
const MEASURED = 2000;
const SHOWN = 12;
const RANGE = { kind: "fixed", r: 3 } as const;
const STEPS = 7;
/** Dimensions of a traversal sheet: those that carry most. */
const MOST_DIMENSIONS = 6;

export const activeUnitsMeasure: Measure = {
  key: "activeUnits",
  label: "active units",
  definition: `latents whose posterior mean varies by more than ${activityThreshold} (Burda et al. 2016), first ${MEASURED} held-out images`,
};

/**
 * Looks at every model. The shown run of a group is that of its lowest seed.
 *
 * @returns the runs' active units by path; the pictures
 *
 * Throws "data" when the runs' data can't be opened, or is other data by now.
 */
export async function lookAtModels(
  groups: readonly Group<CollectedRun>[],
  place: Place,
  onProgress: (progress: { stage: string; done: number; total: number }) => void,
): Promise<{ activeUnits: Map<string, number>; pictures: ComparisonPictures }> {
  const first = groups[0]!.runs[0]!;
  const data = await first.opened.data(place);
  try {
    if (data.fingerprint !== first.data.fingerprint) {
      throw new BetalabError("data", `the data is not what ${first.path} was trained on`, "check --data");
    }
    const total = groups.reduce((sum, { runs }) => sum + runs.length, 0);
    const activeUnits = new Map<string, number>();
    const shown: Shown[] = [];
    for (const { label, runs } of groups) {
      for (const [i, run] of runs.entries()) {
        if (place.signal?.aborted)
          throw new BetalabError("interrupted", "stopped while looking at the models");
        onProgress({ stage: "looking at models", done: activeUnits.size, total });
        const seen = await lookAt(run, data, i === 0);
        activeUnits.set(run.path, seen.active);
        if (seen.shown) shown.push({ label, ...seen.shown });
      }
    }
    return { activeUnits, pictures: draw(heldOut(data, SHOWN).images, shown) };
  } finally {
    data.close();
  }
}

interface Shown {
  readonly label: string;
  readonly kl: number;
  readonly reconstructions: ImageStack;
  /** Rows of a sheet, sorted by KL. */
  readonly dimensions: readonly { readonly dimension: number; readonly kl: number }[];
  readonly traversal: ImageStack;
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
): Promise<{ active: number; shown?: Omit<Shown, "label"> }> {
  const model = await opened.model();
  try {
    const { images, classes } = heldOut(data, MEASURED);
    const posteriors = await model.encode(images, classes);
    const statistics = latentStatistics(posteriors);
    const active = statistics.meanVariance.filter((variance) => variance > activityThreshold).length;
    if (!pictures) return { active };
    const { latentDim } = opened.vae;
    const few = heldOut(data, SHOWN);
    const means = posteriors.mean.slice(0, few.images.count * latentDim);
    const dimensions = descending(statistics.kl)
      .slice(0, MOST_DIMENSIONS)
      .map((dimension) => ({ dimension, kl: statistics.kl[dimension]! }));
    const start = means.slice(0, latentDim);
    const latents = new Float32Array(dimensions.length * STEPS * latentDim);
    for (const [row, { dimension }] of dimensions.entries()) {
      const values = rangeValues(RANGE, STEPS, dimension, statistics);
      latents.set(traversalLatents(start, latentDim, dimension, values), row * STEPS * latentDim);
    }
    const sameClass = classes && new Array<number>(dimensions.length * STEPS).fill(classes[0]!);
    return {
      active,
      shown: {
        kl: statistics.kl.reduce((sum, one) => sum + one, 0),
        reconstructions: await model.decode(means, few.classes),
        dimensions,
        traversal: await model.decode(latents, sameClass),
      },
    };
  } finally {
    await model.release();
  }
}

function draw(originals: ImageStack, shown: readonly Shown[]): ComparisonPictures {
  const rows = [
    { label: "original" },
    ...shown.map(({ label, kl }) => ({ label, note: `KL ${kl.toFixed(1)} nats` })),
  ];
  const stacks = [originals, ...shown.map(({ reconstructions }) => reconstructions)];
  return {
    reconstructions: labelledSheet(stacked(stacks), { rows, columns: originals.count, targetWidth: 1000 }),
    traversals: shown.map(({ label, dimensions, traversal }) => ({
      label,
      picture: labelledSheet(traversal, {
        title: label,
        rows: dimensions.map(({ dimension, kl }) => ({
          label: `latent ${dimension}`,
          note: `KL ${kl.toFixed(2)}`,
        })),
        columns: STEPS,
        columnTitles: Array.from({ length: STEPS }, (_, i) =>
          (-RANGE.r + (2 * RANGE.r * i) / (STEPS - 1)).toFixed(1).replace("-", "−"),
        ),
        targetWidth: 480,
      }),
    })),
  };
}

function stacked(stacks: readonly ImageStack[]): ImageStack {
  const pixels = new Uint8Array(stacks.reduce((sum, stack) => sum + stack.pixels.length, 0));
  let [at, count] = [0, 0];
  for (const stack of stacks) {
    pixels.set(stack.pixels, at);
    at += stack.pixels.length;
    count += stack.count;
  }
  return { ...stacks[0]!, count, pixels };
}
