/** `data list`: what data there is, and where it was found. */

import { z } from "zod";
import { listSources, sourceListing } from "../../data/node.ts";
import { dataContext } from "../../trained/index.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { placeOf } from "../open.ts";
import { data } from "../options.ts";

export const dataList = defineJob({
  name: "data list",
  summary: "list the data sources and where their data was found",
  example: "betalab data list",
  takes: "nothing",
  options: z.strictObject({ data: data.describe("where the data is") }),
  value: z.array(sourceListing),
  run: (context, options) =>
    telling(context.signal, async (tell) => ({
      value: listSources(dataContext(placeOf(context, options, tell)), context.registries.sources),
    })),
});
