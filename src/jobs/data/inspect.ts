/** `data inspect`: what is in a data set. */

import { z } from "zod";
import { configuration } from "../../config/index.ts";
import { inspectDataset } from "../../data/node.ts";
import { dataContext } from "../../trained/index.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { data, set } from "../options.ts";
import { placeOf } from "../place.ts";

const side = z.object({
  count: z.int().describe("images"),
  labelCounts: z
    .array(z.int())
    .readonly()
    .optional()
    .describe("images of each class, in the order of `labels`"),
});

const perChannel = z.array(z.number()).readonly();

export const dataInspect = defineJob({
  name: "data inspect",
  summary: "what is in a data set: counts, shape, labels, factors, pixel statistics",
  example: "betalab data inspect folder --data my-pictures --set data.size=64",
  takes: "source",
  options: z.strictObject({ data: data.describe("where the data is"), set }),
  value: z.object({
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
    pixels: z
      .object({
        images: z.int().describe("images that were measured: all, or an even sample of a large set"),
        mean: perChannel.describe("of each channel"),
        standardDeviation: perChannel.describe("of each channel"),
        binary: z.boolean().describe("every pixel is black or white"),
        grey: z.boolean().describe("all channels are equal"),
      })
      .describe("one number a channel, in [0, 1]"),
    cache: z
      .object({ path: z.string().describe("the file"), bytes: z.int().describe("its size") })
      .optional()
      .describe("the packed pixels"),
    notes: z.array(z.string()).readonly().describe("what was guessed, clipped or left out"),
  }),
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      const { subject: source, registries } = context;
      const section = configuration(registries).dataSection(source, options.set);
      const place = dataContext(placeOf(context, options, tell));
      return { value: await inspectDataset({ ...section, source }, place, registries.sources) };
    }),
});
