/** `tensorboard`: what a run logged and drew while it trained, as TensorBoard's event file. Needs no checkpoint. */

import { join, resolve } from "node:path";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { RunDirectory } from "../runs/index.ts";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";
import { eventFileName, eventFolder, writeEventFile } from "./logs/index.ts";
import { text } from "./options.ts";

export const tensorboard = defineJob({
  name: "tensorboard",
  summary: "write a run's curves, KL per latent and pictures as TensorBoard's event file",
  example: "betalab tensorboard runs/mnist-mlp-20",
  takes: "run",
  options: z.strictObject({
    out: text(
      "the folder to write to, which TensorBoard takes for one run (default: tensorboard/ of the run)",
      "folder",
      "BETALAB_OUT",
    ),
  }),
  value: z.object({
    path: z.string().describe("the event file"),
    scalars: z.int().describe("numbers that were written; NaN and infinities are among them"),
    histograms: z.int().describe("histograms of the KL of the latents"),
    images: z.int().describe("pictures of epochs"),
  }),
  run: ({ subject, signal }, { out }) =>
    telling(signal, async (tell) => {
      const run = RunDirectory.open(subject);
      if (run.metrics.read().length === 0) {
        throw new BetalabError(
          "run",
          `${subject}: nothing is logged yet`,
          "the first line comes after some steps",
        );
      }
      const own = eventFolder(run);
      const folder = out ?? own;
      const isOwn = resolve(folder) === resolve(own);
      if (isOwn && run.information.logs?.tensorboard && run.status === "running") {
        throw new BetalabError(
          "run",
          `${subject} is being trained and keeps that file itself`,
          "give another `out`",
        );
      }
      // The name is the same each time: a later export of the run replaces the one before.
      const name = eventFileName(Date.parse(run.information.createdAt) / 1000);
      const path = join(folder, name);
      return { value: { path, ...writeEventFile(run, path, tell) } };
    }),
});
