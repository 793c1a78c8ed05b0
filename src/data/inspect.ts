/** `betalab data inspect`: what is in a data set, in numbers. */

import { statSync } from "node:fs";
import { breathe } from "../base/progress.ts";
import { isBinary } from "./binary.ts";
import { checkInterrupted, type DataContext } from "./context.ts";
import type { FactorKind, Images, Labels, Split } from "./dataset.ts";
import { imageBytes } from "./images.ts";
import { openWithPlace } from "./open.ts";
import type { DataInput } from "./section.ts";
import type { Source } from "./source.ts";
import { sources as shipped } from "./sources/index.ts";
import { joinSplits } from "./split.ts";
import { orTfrecord } from "./tfrecord.ts";

export interface SplitInspection {
  readonly count: number;
  /** Images of each class, in the order of `labels`. */
  readonly labelCounts?: readonly number[];
}

export interface PixelStatistics {
  /** Images that the numbers below come from: all of them, or an even sample of a large set. */
  readonly images: number;
  /** Mean and standard deviation of the pixels, in [0, 1], one per channel. */
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  /** True when every pixel is 0 or 255: a Bernoulli likelihood is then a likelihood. */
  readonly binary: boolean;
  /** True when there is one channel, or all three are always equal. */
  readonly grey: boolean;
}

export interface Inspection {
  readonly name: string;
  readonly fingerprint: string;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly train: SplitInspection;
  readonly heldOut: SplitInspection;
  readonly labels?: readonly string[];
  /** `complete` is of both splits together. */
  readonly factors?: {
    readonly factors: readonly {
      readonly name: string;
      readonly kind: FactorKind;
      readonly levels: number;
      readonly range: [number, number];
    }[];
    readonly complete: boolean;
  };
  readonly pixels: PixelStatistics;
  /** The packed cache's file, where the pixels lie in one. */
  readonly cache?: { readonly path: string; readonly bytes: number };
  readonly notes: readonly string[];
}

/** Opens the set, measures it and closes it. Throws as `openDataset` does. */
export async function inspectDataset(
  config: DataInput,
  context: DataContext = {},
  sources: readonly Source[] = shipped,
): Promise<Inspection> {
  const { dataset, cachePath } = await openWithPlace(config, context, sources).catch(
    orTfrecord(config, context),
  );
  try {
    const { name, fingerprint, train, heldOut, notes } = dataset;
    const { height, width, channels } = train.images;
    const whole = joinSplits(train, heldOut);
    const { factors } = whole;
    return {
      name,
      fingerprint,
      height,
      width,
      channels,
      train: inspectSplit(train),
      heldOut: inspectSplit(heldOut),
      ...(train.labels && { labels: train.labels.names }),
      ...(factors && {
        factors: {
          complete: factors.complete,
          factors: factors.factors.map(({ name, kind = "ordinal", values }) => ({
            name,
            kind,
            levels: values.length,
            range: rangeOfValues(values),
          })),
        },
      }),
      pixels: await measurePixels(whole.images, context),
      ...(cachePath !== undefined && { cache: { path: cachePath, bytes: statSync(cachePath).size } }),
      notes,
    };
  } finally {
    dataset.close();
  }
}

function rangeOfValues(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

function inspectSplit({ images, labels }: Split): SplitInspection {
  return { count: images.count, ...(labels && { labelCounts: countLabels(labels) }) };
}

function countLabels({ names, values }: Labels): number[] {
  const counts = new Array<number>(names.length).fill(0);
  for (const value of values) counts[value]!++;
  return counts;
}

/** Bytes above which a sample is measured; 256 MiB take about a second. */
const measuredBytes = 256 * 2 ** 20;

/** Mean, deviation and kind of the pixels, over all images or an even sample. Exact integer sums. */
export async function measurePixels(
  images: Images,
  context: Pick<DataContext, "signal" | "onProgress">,
): Promise<PixelStatistics> {
  const { channels, count } = images;
  const size = imageBytes(images);
  const total = Math.max(1, Math.min(count, Math.floor(measuredBytes / size)));
  const perRead = Math.max(1, Math.floor(2 ** 18 / size));
  // A histogram per channel: everything asked for follows from it, and nothing is rounded.
  const histogram = Array.from({ length: channels }, () => new Float64Array(256));
  let grey = true;
  for (let start = 0; start < total; start += perRead) {
    await breathe();
    checkInterrupted(context);
    const indices = Array.from({ length: Math.min(perRead, total - start) }, (_, i) =>
      Math.floor(((start + i) * count) / total),
    );
    const pixels = new Uint8Array(indices.length * size);
    images.read(indices, pixels);
    for (let i = 0; i < pixels.length; i += channels) {
      for (let channel = 0; channel < channels; channel++) histogram[channel]![pixels[i + channel]!]!++;
      if (channels === 3 && (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2])) grey = false;
    }
    context.onProgress?.({ stage: "measuring pixels", done: start + indices.length, total });
  }
  const measured = total * images.height * images.width;
  const moment = (counts: Float64Array, power: number) =>
    counts.reduce((sum, times, value) => sum + times * value ** power, 0) / measured;
  const mean = histogram.map((counts) => moment(counts, 1) / 255);
  return {
    images: total,
    mean,
    standardDeviation: histogram.map((counts, channel) => {
      const square = moment(counts, 2) / 255 ** 2;
      return Math.sqrt(Math.max(0, square - mean[channel]! ** 2));
    }),
    binary: isBinary(images),
    grey,
  };
}
