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
  count: z.int(),
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
    name: z.string(),
    fingerprint: z.string(),
    height: z.int(),
    width: z.int(),
    channels: z.union([z.literal(1), z.literal(3)]),
    train: side,
    heldOut: side,
    labels: z.array(z.string()).readonly().optional(),
    factors: z
      .object({
        factors: z
          .array(
            z.object({
              name: z.string(),
              kind: z.enum(["categorical", "ordinal", "continuous"]),
              levels: z.int().describe("different values"),
              range: z.tuple([z.number(), z.number()]).describe("lowest and highest value"),
            }),
          )
          .readonly(),
        complete: z.boolean().describe("both splits together are a complete grid"),
      })
      .optional(),
    pixels: z
      .object({
        images: z.int().describe("images that were measured: all, or an even sample of a large set"),
        mean: perChannel,
        standardDeviation: perChannel,
        binary: z.boolean().describe("every pixel is black or white"),
        grey: z.boolean(),
      })
      .describe("one number a channel, in [0, 1]"),
    cache: z.object({ path: z.string(), bytes: z.int() }).optional().describe("the packed pixels"),
    notes: z.array(z.string()).readonly(),
  }),
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      const { subject: source, registries } = context;
      const section = configuration(registries).dataSection(source, options.set);
      const place = dataContext(placeOf(context, options, tell));
      return { value: await inspectDataset({ ...section, source }, place, registries.sources) };
    }),
});
