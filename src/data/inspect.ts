/** `betalab data inspect`: what is in a data set, in numbers. */

import { statSync } from "node:fs";
import { z } from "zod";
import { breathe } from "../base/progress.ts";
import { checkInterrupted, type DataContext } from "./context.ts";
import type { Images, Split } from "./dataset.ts";
import { inSamples } from "./images.ts";
import { openWithPlace } from "./open.ts";
import type { DataInput } from "./section.ts";
import type { Source } from "./source.ts";
import { sources as shipped } from "./sources/index.ts";
import { joinSplits } from "./split.ts";
import { orTfrecord } from "./tfrecord.ts";

const side = z.object({
  count: z.int().describe("images"),
  labelCounts: z
    .array(z.int())
    .readonly()
    .optional()
    .describe("images of each class, in the order of `labels`"),
});

export type SplitInspection = z.output<typeof side>;

const perChannel = z.array(z.number()).readonly();

const pixelStatistics = z.object({
  images: z.int().describe("images that were measured: all, or an even sample of a large set"),
  mean: perChannel.describe("of each channel"),
  standardDeviation: perChannel.describe("of each channel"),
  binary: z.boolean().describe("every pixel is black or white: a Bernoulli likelihood is then a likelihood"),
  grey: z.boolean().describe("one channel, or all are equal"),
});

export type PixelStatistics = z.output<typeof pixelStatistics>;

export const inspection = z.object({
  name: z.string().describe("the data set's name"),
  fingerprint: z.string().describe("hash of its pixels and splits"),
  height: z.int().describe("pixels"),
  width: z.int().describe("pixels"),
  channels: z.union([z.literal(1), z.literal(3)]).describe("1 for grey, 3 for colour"),
  train: side.describe("images to train on"),
  heldOut: side.describe("images that training never sees"),
  labels: z.array(z.string()).readonly().optional().describe("names of the classes"),
  factors: z
    .object({
      factors: z
        .array(
          z.object({
            name: z.string().describe("the factor's name"),
            kind: z
              .enum(["categorical", "ordinal", "continuous"])
              .describe("without an order, with one, or a quantity"),
            levels: z.int().describe("different values"),
            range: z.tuple([z.number(), z.number()]).describe("lowest and highest value"),
          }),
        )
        .readonly()
        .describe("what the images were made from"),
      complete: z.boolean().describe("both splits together are a complete grid"),
    })
    .optional()
    .describe("true factors, where they are known"),
  pixels: pixelStatistics.describe("one number a channel, in [0, 1]"),
  cache: z
    .object({ path: z.string().describe("the file"), bytes: z.int().describe("its size") })
    .optional()
    .describe("the packed pixels"),
  notes: z.array(z.string()).readonly().describe("what was guessed, clipped or left out"),
});

export type Inspection = z.output<typeof inspection>;

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
            range: [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))],
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

function inspectSplit({ images, labels }: Split): SplitInspection {
  if (labels === undefined) return { count: images.count };
  const labelCounts = labels.names.map(() => 0);
  for (const value of labels.values) labelCounts[value]!++;
  return { count: images.count, labelCounts };
}

/** Bytes above which a sample is measured; 256 MiB take about a second. */
const measuredBytes = 256 * 2 ** 20;

/** Mean, deviation and kind of the pixels, over all images or an even sample. Exact integer sums. */
export async function measurePixels(
  images: Images,
  context: Pick<DataContext, "signal" | "onProgress">,
): Promise<PixelStatistics> {
  const { channels } = images;
  // A histogram per channel: everything asked for follows from it, and nothing is rounded.
  const histogram = Array.from({ length: channels }, () => new Float64Array(256));
  let grey = true;
  let measured = 0;
  for (const { pixels, done, total } of inSamples(images, measuredBytes)) {
    await breathe();
    checkInterrupted(context);
    for (let i = 0; i < pixels.length; i += channels) {
      for (let channel = 0; channel < channels; channel++) histogram[channel]![pixels[i + channel]!]!++;
      if (channels === 3 && (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2])) grey = false;
    }
    context.onProgress?.({ stage: "measuring pixels", done, total });
    measured = done;
  }
  const moment = (counts: Float64Array, power: number) =>
    counts.reduce((sum, times, value) => sum + times * value ** power, 0) /
    (measured * images.height * images.width);
  const mean = histogram.map((counts) => moment(counts, 1) / 255);
  return {
    images: measured,
    mean,
    standardDeviation: histogram.map((counts, channel) => {
      const square = moment(counts, 2) / 255 ** 2;
      return Math.sqrt(Math.max(0, square - mean[channel]! ** 2));
    }),
    binary: histogram.every((counts) => counts.every((times, value) => times === 0 || value % 255 === 0)),
    grey,
  };
}
