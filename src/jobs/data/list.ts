/** `data list`: what data there is, and where it was found. */

import { z } from "zod";
import { listSources } from "../../data/node.ts";
import { dataContext } from "../../trained/index.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { data } from "../options.ts";
import { placeOf } from "../place.ts";

export const dataList = defineJob({
  name: "data list",
  summary: "list the data sources and where their data was found",
  example: "betalab data list",
  takes: "nothing",
  options: z.strictObject({ data: data.describe("where the data is") }),
  value: z.array(
    z.object({
      name: z.string().describe("of the source, as `data.source` takes it"),
      summary: z.string().describe("what it is, in a line"),
      available: z.boolean().describe("its files are there, so that it can probably be opened"),
      place: z.string().optional().describe("where the data was found; absent for sets that are drawn here"),
      obtain: z.string().optional().describe("how to get it, when it is not available"),
      fetchable: z.boolean().describe("`data fetch` knows it"),
    }),
  ),
  run: (context, options) =>
    telling(context.signal, async (tell) => ({
      value: listSources(dataContext(placeOf(context, options, tell)), context.registries.sources),
    })),
});
