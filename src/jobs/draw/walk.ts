/** How a traversal moves: the values of a dimension at each frame, and the latents to decode; and where it starts. */

import { range } from "../../base/lists.ts";
import {
  type Classes,
  describeRange,
  type LatentStatistics,
  offsetLatents,
  type PriorMixture,
  rangeValues,
  type TraversalRange,
  traversalLatents,
} from "../../latent/index.ts";
import { chooseIndices, choosePictures, priorClasses } from "./choose.ts";
import type { Drawing } from "./with-model.ts";

export interface Walk {
  readonly frames: number;
  /** In words: "±3", "in steps of 0.2 from the start". */
  readonly description: string;
  /** Whether the titles show offsets rather than values. */
  readonly relative: boolean;
  /** Whether all dimensions go through the same values. */
  readonly shared: boolean;
  values(dimension: number): number[];
  latents(starts: Float32Array, latentDim: number, dimension: number): Float32Array;
}

/** A range sets values; it needs the statistics for those of the aggregate posterior. */
export function rangeWalk(
  range: TraversalRange,
  frames: number,
  statistics: LatentStatistics | undefined,
  prior: PriorMixture | undefined,
): Walk {
  const values = (dimension: number): number[] => rangeValues(range, frames, dimension, statistics, prior);
  return {
    frames,
    description: describeRange(range),
    relative: false,
    shared: range.kind === "fixed" || (range.kind === "quantiles" && prior === undefined),
    values,
    latents: (starts, latentDim, dimension) =>
      traversalLatents(starts, latentDim, dimension, values(dimension)),
  };
}

/** Steps move on from each start's own value: the start itself and `steps` more. */
export function stepWalk(step: number, steps: number): Walk {
  const offsets = Array.from({ length: steps + 1 }, (_, i) => i * step);
  const shown = String(Number(step.toPrecision(6))).replace("-", "−");
  return {
    frames: offsets.length,
    description: `in steps of ${shown} from its start`,
    relative: true,
    shared: true,
    values: () => offsets,
    latents: (starts, latentDim, dimension) => offsetLatents(starts, latentDim, dimension, offsets),
  };
}

export const startKinds = ["prior", "zeros", "images"] as const;

export interface StartOptions {
  readonly from?: (typeof startKinds)[number] | undefined;
  readonly index?: readonly number[] | undefined;
  readonly pictures?: readonly string[];
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  readonly class?: string | undefined;
}

/** Where the dimensions that don't move stand. */
export interface Starts {
  readonly kind: (typeof startKinds)[number];
  /** `[count, latent]`. */
  readonly latents: Float32Array;
  readonly count: number;
  readonly classes: Classes;
}

/** How many starts are drawn or taken where none are named. Many latents make a large combined loop: fewer images in each then. */
export function startCount({ from, count }: StartOptions, latentDim: number): number {
  return count ?? (from === "zeros" ? 1 : latentDim <= 16 ? 16 : latentDim <= 32 ? 9 : 4);
}

export async function chooseStarts(
  { opened, model, split }: Drawing,
  { from, index = [], pictures = [], count, seed, class: className }: StartOptions,
): Promise<Starts> {
  const { vae, config } = opened;
  const kind = from ?? (pictures.length + index.length > 0 ? "images" : "prior");
  const wanted = startCount({ from, count }, vae.latentDim);
  if (kind === "images") {
    const chosen =
      pictures.length > 0
        ? await choosePictures(vae, pictures, className)
        : chooseIndices(await split(), index.length > 0 ? index : range(wanted));
    const { mean } = await model.encode(chosen.images, chosen.classes);
    return { kind, latents: mean, count: chosen.images.count, classes: chosen.classes };
  }
  const latents =
    kind === "zeros"
      ? new Float32Array(wanted * vae.latentDim)
      : await model.draw(wanted, seed ?? config.seed);
  return { kind, latents, count: wanted, classes: priorClasses(vae, wanted, className) };
}
