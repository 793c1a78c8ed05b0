/** `sample`: pictures from the prior; a conditional model's class by class. */

import { z } from "zod";
import { labelledSheet, sampleGrid } from "../../figures/node.ts";
import { priorDraws } from "../../latent/index.ts";
import { defineJob } from "../job.ts";
import { bare, className, seed } from "../options.ts";
import { priorClasses } from "./choose.ts";
import { captioned, latentNames, withModel } from "./with-model.ts";

const options = z.strictObject({
  count: z
    .int()
    .min(1)
    .optional()
    .describe("how many pictures (default: 64; of a conditional model without `class`, 8 of each class)"),
  seed,
  temperature: z.number().nonnegative().default(1).describe("standard deviation of the draws"),
  columns: z
    .int()
    .min(1)
    .optional()
    .describe("pictures in a row (default: as many as leave no row short; a row for each class)"),
  class: className("only this class, of a conditional model (default: a row for each)"),
  bare,
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  count: z.int().describe("pictures drawn; a multiple of the classes where each has a row"),
  seed: z.int().describe("seed of the draws"),
  temperature: z.number().describe("standard deviation of the draws"),
});

export const sample = defineJob({
  name: "sample",
  summary: "decode draws from the prior into a grid",
  example: "betalab sample runs/mnist-mlp-20 --count 64 --seed 1",
  takes: "model",
  options,
  value,
  artifacts: true,
  run: (context, options) =>
    withModel(context, {}, async (at) => {
      const { opened, model } = at;
      const { vae, config, step } = opened;
      const { seed = config.seed, temperature, columns, class: className } = options;
      // A row for each class, all of the same length.
      const names = className === undefined && columns === undefined ? vae.classes : undefined;
      const rows = names?.length ?? 1;
      const perRow = Math.ceil((options.count ?? 8 * (names?.length ?? 8)) / rows);
      const count = perRow * rows;
      const latents = priorDraws(count, vae.latentDim, seed, temperature);
      const classes = names
        ? Array.from({ length: count }, (_, i) => Math.floor(i / perRow))
        : priorClasses(vae, count, className);
      const images = await model.decode(latents, classes);
      const picture = names
        ? labelledSheet(images, { rows: names.map((label) => ({ label })), columns: perRow })
        : sampleGrid(images, columns === undefined ? {} : { columns: Math.min(columns, count) });
      const what = temperature === 1 ? "samples from the prior" : `samples at temperature ${temperature}`;
      return {
        value: { step, count, seed, temperature },
        artifacts: [
          { kind: "picture", picture: captioned(picture, at, `${count} ${what}`, options) },
          {
            kind: "table",
            heading: ["sample", ...(classes ? ["class"] : []), ...latentNames(vae.latentDim)],
            rows: Array.from({ length: count }, (_, i) => [
              i,
              ...(classes ? [vae.classes![classes[i]!]!] : []),
              ...latents.subarray(i * vae.latentDim, (i + 1) * vae.latentDim),
            ]),
          },
        ],
      };
    }),
});
