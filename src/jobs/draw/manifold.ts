/** `manifold`: the plane of two latents, decoded over prior quantiles. */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { latentLabel, plural } from "../../base/format.ts";
import { manifoldPicture } from "../../figures/node.ts";
import { descending, manifoldGrid, priorMedians } from "../../latent/index.ts";
import { bare, className, computing } from "../options.ts";
import { classIndex } from "./choose.ts";
import { type Drawing, defineDrawing, describeModel, klAtHand } from "./with-model.ts";

const options = z.strictObject({
  ...computing,
  dims: z
    .array(z.int().nonnegative())
    .length(2)
    .optional()
    .describe("the two dimensions, across and up: 3,7 (needed where there are more than 2)"),
  size: z.int().min(2).default(20).describe("images on each side"),
  class: className("the class, of a conditional model"),
  bare,
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  dimensions: z.array(z.int()).describe("the two dimensions, across and up"),
  size: z.int().describe("images on each side"),
});

/** Probability of the prior beyond each side of the grid. */
const TAIL = 0.01;

export const manifold = defineDrawing({
  name: "manifold",
  summary: "decode the plane of two latents over prior quantiles",
  example: "betalab manifold runs/mnist-mlp-20 --dims 3,7",
  options,
  value,
  async draw(at, options) {
    const { opened, model } = at;
    const { vae, step } = opened;
    const { size } = options;
    model.checkRoom(size ** 2, `\`size\` ${size}`);
    const [across, up] = await plane(at, options.dims);
    const prior = await model.prior();
    const start = priorMedians(vae.latentDim, prior);
    const { latents, x, y } = manifoldGrid(start, [across, up], size, TAIL, prior);
    const images = await model.decode(latents, vae.classes && classIndex(vae, options.class));
    const picture = manifoldPicture(images, {
      x,
      y,
      xLabel: latentLabel(across),
      yLabel: latentLabel(up),
      title: options.bare ? undefined : `${describeModel(opened)}: prior quantiles ${TAIL}–${1 - TAIL}`,
    });
    return {
      value: { step, dimensions: [across, up], size },
      artifacts: [
        { kind: "picture", picture },
        {
          kind: "table",
          heading: ["position", `z${across}`, `z${up}`],
          rows: x.map((value, i) => [i, value, y[i]!]),
        },
      ],
    };
  },
});

/** The dimensions asked for, or the only two that there are. */
async function plane(at: Drawing, dims: readonly number[] | undefined): Promise<[number, number]> {
  const { latentDim } = at.opened.vae;
  if (dims !== undefined) return [dims[0]!, dims[1]!];
  if (latentDim === 2) return [0, 1];
  const { kl } = latentDim > 2 ? await klAtHand(at) : {};
  const [first, second] = kl === undefined ? [] : descending(kl);
  throw new BetalabError(
    "usage",
    `a manifold has two dimensions; this model has ${plural(latentDim, "latent")}`,
    latentDim < 2
      ? undefined
      : `choose two by \`dims\`${kl === undefined ? "" : `: ${first},${second} carry the most`}`,
  );
}
