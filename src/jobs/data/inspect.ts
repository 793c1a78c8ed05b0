/** `data inspect`: what is in a data set. */

import { z } from "zod";
import { configuration } from "../../config/index.ts";
import { inspectDataset, inspection } from "../../data/node.ts";
import { dataContext } from "../../trained/index.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { placeOf } from "../open.ts";
import { data, set } from "../options.ts";

export const dataInspect = defineJob({
  name: "data inspect",
  summary: "what is in a data set: counts, shape, labels, factors, pixel statistics",
  example: "betalab data inspect folder --data my-pictures --set data.size=64",
  takes: "source",
  options: z.strictObject({ data: data.describe("where the data is"), set }),
  value: inspection,
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      const { subject: source, registries } = context;
      const section = configuration(registries).dataSection(source, options.set);
      const place = dataContext(placeOf(context, options, tell));
      return { value: await inspectDataset({ ...section, source }, place, registries.sources) };
    }),
});
