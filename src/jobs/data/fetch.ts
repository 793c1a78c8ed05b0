/** `data fetch`: the only job that uses the network. */

import { z } from "zod";
import { sum } from "../../base/statistics.ts";
import { type FileSize, fetchDataset, fetchResult } from "../../data/node.ts";
import { dataContext } from "../../trained/index.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { placeOf } from "../open.ts";
import { text } from "../options.ts";

export const dataFetch = defineJob({
  name: "data fetch",
  summary: "download a public data set into the cache",
  example: "betalab data fetch mnist",
  takes: "source",
  options: z.strictObject({
    from: text("another place that has the same files", "url"),
  }),
  value: fetchResult,
  run: (context, { from }) =>
    telling(context.signal, async (tell) => {
      const { subject, registries } = context;
      const place = dataContext(placeOf(context, {}, tell));
      const onSizes = (files: readonly FileSize[]) => tell.note(`${subject}: ${sizes(files)} to download`);
      return { value: await fetchDataset(subject, place, { from, onSizes }, registries.sources) };
    }),
});

function sizes(files: readonly FileSize[]): string {
  const known = sum(files.map(({ bytes = 0 }) => bytes));
  const unknown = files.filter(({ bytes }) => bytes === undefined).map(({ name }) => name);
  const parts = known > 0 ? [`${(known / 1e6).toFixed(1)} MB`] : [];
  if (unknown.length > 0) parts.push(`${unknown.join(", ")} (no server says how large)`);
  return parts.join(" and ");
}
