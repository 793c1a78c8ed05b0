/** `presets`: the named configs. */

import { z } from "zod";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";

export const presets = defineJob({
  name: "presets",
  summary: "list the named configs",
  example: "betalab presets",
  takes: "nothing",
  options: z.strictObject({}),
  value: z.array(
    z.object({
      name: z.string().describe("as commands take it"),
      summary: z.string().describe("what it trains, in a line"),
      source: z.string().describe("where the settings come from"),
    }),
  ),
  run: ({ registries, signal }) =>
    telling(signal, async () => ({
      value: registries.presets.map(({ name, summary, source }) => ({ name, summary, source })),
    })),
});
