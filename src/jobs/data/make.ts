/** `data make`: a set that is drawn here, as a file for other software. */

import { z } from "zod";
import { configuration } from "../../config/index.ts";
import { madeDataset, makeDataset } from "../../data/node.ts";
import { telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { set, text } from "../options.ts";

export const dataMake = defineJob({
  name: "data make",
  summary: "write a procedural set as NPZ with dSprites' keys",
  example: "betalab data make sprites --out sprites.npz --set size=32",
  takes: "source",
  options: z.strictObject({
    out: text("the file to write (default: NAME.npz)", "file", "BETALAB_OUT"),
    set,
  }),
  value: madeDataset,
  run: ({ subject, registries, signal }, { out = `${subject}.npz`, set }) =>
    telling(signal, async (tell) => {
      const { source: _, ...settings } = configuration(registries).dataSection(subject, set);
      return { value: await makeDataset(subject, settings, out, tell, registries.sources) };
    }),
});
