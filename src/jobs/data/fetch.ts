/** `data fetch`: the only job that uses the network. */

import { z } from "zod";
import { fetchDataset } from "../../data/node.ts";
import { dataContext } from "../../trained/index.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { placeOf } from "../place.ts";

export const dataFetch = defineJob({
  name: "data fetch",
  summary: "download a public data set into the cache",
  example: "betalab data fetch mnist",
  takes: "source",
  options: z.strictObject({
    from: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "another place that has the same files", placeholder: "url" }),
  }),
  value: z.object({
    name: z.string(),
    directory: z.string(),
    files: z
      .array(
        z.object({
          path: z.string(),
          bytes: z.int(),
          state: z
            .enum(["present", "downloaded", "continued"])
            .describe("present: it lay there with the right checksum; continued: from an earlier part"),
        }),
      )
      .readonly(),
  }),
  run: (context, { from }) =>
    telling(context.signal, async (tell) => {
      const { subject, registries } = context;
      const files = registries.sources.find(({ name }) => name === subject)?.download?.files ?? [];
      const known = files.every(({ bytes }) => bytes !== undefined);
      const total = files.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
      if (known && total > 0) tell.note(`${subject}: ${(total / 1e6).toFixed(1)} MB to download`);
      const place = dataContext(placeOf(context, {}, tell));
      return { value: await fetchDataset(subject, place, { from }, registries.sources) };
    }),
});
