/** `sample`: pictures from the prior; a conditional model's class by class. */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { takeRows } from "../../base/linear-algebra.ts";
import { labelledSheet, sampleGrid } from "../../figures/node.ts";
import { bare, className, computing, seed, whole } from "../options.ts";
import { type FeatureOptions, featureOptions, type PictureMeasure } from "../picture-quality.ts";
import { bestDraws } from "./best-of.ts";
import { priorClasses } from "./choose.ts";
import { captioned, type Drawing, defineDrawing, latentNames } from "./with-model.ts";

const options = z.strictObject({
  count: whole(1, "how many pictures (default: 64; of a conditional model without `class`, 8 of each class)"),
  seed,
  temperature: z.number().nonnegative().default(1).describe("standard deviation of the draws"),
  columns: whole(1, "pictures in a row (default: as many as leave no row short; a row for each class)"),
  class: className("only this class, of a conditional model (default: a row for each)"),
  bestOf: whole(2, "draw this many times as many, and show those nearest to a held-out picture"),
  measure: z.enum(["psnr", "ssim", "lpips"]).default("psnr").describe("how near, with `bestOf`"),
  ...featureOptions,
  ...computing,
  bare,
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  count: z.int().describe("pictures drawn; a multiple of the classes where each has a row"),
  seed: z.int().describe("seed of the draws"),
  temperature: z.number().describe("standard deviation of the draws"),
});

export const sample = defineDrawing({
  name: "sample",
  summary: "decode draws from the prior into a grid",
  example: "betalab sample runs/mnist-mlp-20 --count 64 --seed 1",
  options,
  value,
  async draw(at, options) {
    const { opened, model } = at;
    const { vae, config, step } = opened;
    const { seed = config.seed, temperature, columns, class: className } = options;
    // A row for each class, all of the same length.
    const names = className === undefined && columns === undefined ? vae.classes : undefined;
    const rows = names?.length ?? 1;
    const perRow = Math.ceil((options.count ?? 8 * (names?.length ?? 8)) / rows);
    const count = perRow * rows;
    const { bestOf } = options;
    if (bestOf !== undefined && vae.classes !== undefined) {
      throw new BetalabError("usage", "`bestOf` takes a model without classes", "leave it out");
    }
    model.checkRoom(
      count * (bestOf ?? 1),
      bestOf === undefined ? `\`count\` ${count}` : `\`bestOf\` ${bestOf}`,
    );
    const drawn = await model.draw(count * (bestOf ?? 1), seed, temperature);
    const latents = bestOf ? await chosen(at, drawn, count, options) : drawn;
    const classes = names
      ? Array.from({ length: count }, (_, i) => Math.floor(i / perRow))
      : priorClasses(vae, count, className);
    const images = await model.decode(latents, classes);
    const picture = names
      ? labelledSheet(images, { rows: names.map((label) => ({ label })), columns: perRow })
      : sampleGrid(images, columns === undefined ? {} : { columns: Math.min(columns, count) });
    const kind = temperature === 1 ? "samples from the prior" : `samples at temperature ${temperature}`;
    const what = bestOf
      ? `${kind}, the nearest of ${count * bestOf} to held-out pictures by ${options.measure.toUpperCase()}`
      : kind;
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
  },
});

/** The latents of the best draws, the best first. */
async function chosen(
  at: Drawing,
  drawn: Float32Array,
  count: number,
  options: FeatureOptions & { readonly measure: PictureMeasure },
): Promise<Float32Array> {
  const { latentDim } = at.opened.vae;
  return takeRows(drawn, latentDim, await bestDraws(at, await at.model.decode(drawn), count, options));
}
