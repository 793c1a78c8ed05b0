/** `reconstruct`: images and what the model makes of them. */

import { z } from "zod";
import { range } from "../../base/lists.ts";
import { mean, sum } from "../../base/statistics.ts";
import { type Split, selectSplit } from "../../data/index.ts";
import { reconstructionGrid, reconstructionPair } from "../../figures/node.ts";
import { descending, encodeSplit, klPerDimension } from "../../latent/index.ts";
import { trainedModel } from "../../trained/index.ts";
import { bare, className, computing, index, pictures, split } from "../options.ts";
import {
  distancesBy,
  type FeatureOptions,
  featureOptions,
  measures,
  nearnessOf,
  openFeatures,
  type PictureMeasure,
} from "../picture-quality.ts";
import { chooseIndices, choosePictures, indicesOfLabel } from "./choose.ts";
import { captioned, type Drawing, defineDrawing } from "./with-model.ts";

const options = z.strictObject({
  ...computing,
  split,
  count: z.int().min(1).default(32).describe("how many images, where they are not listed"),
  layout: z
    .enum(["rows", "pair"])
    .default("rows")
    .describe("originals over reconstructions, or two titled grids"),
  index: index("these images: 3,8"),
  label: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("images of these labels, equally many of each: 3,8"),
  by: z
    .enum(["first", "worst", "best"])
    .default("first")
    .describe("the first images, or the worst or best reconstructed at the posterior mean"),
  measure: z
    .enum(measures)
    .default("nats")
    .describe("what worst and best go by: nats of −ln p(x|z), psnr, ssim, or lpips by `features`"),
  ...featureOptions,
  class: className("the class of your own pictures, for a conditional model"),
  bare,
  pictures,
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  count: z.int().describe("images shown"),
  reconstruction: z
    .number()
    .describe("−ln p(x|z) at the posterior mean, averaged over the images shown, nats per image"),
  kl: z.number().describe("KL(q(z|x) ‖ p(z)), averaged over the images shown, nats per image"),
});

type Options = z.output<typeof options>;

/** Images weighed at a time, so that a person sees how far it is. */
const CHUNK = 1000;

export const reconstruct = defineDrawing({
  name: "reconstruct",
  summary: "images over, or beside, their reconstructions",
  example: "betalab reconstruct runs/mnist-mlp-20 --by worst --count 16",
  options,
  value,
  async draw(at, options) {
    const { opened, model, split } = at;
    const { vae, step } = opened;
    const { images, classes, names } =
      options.pictures.length > 0
        ? await choosePictures(vae, options.pictures, options.class)
        : chooseIndices(await split(), await chooseImages(at, options));
    const posteriors = await model.encode(images, classes);
    const reconstructions = await model.decode(posteriors.mean, classes);
    const draw = options.layout === "pair" ? reconstructionPair : reconstructionGrid;
    const nats = await model.weigh(images, posteriors.mean, classes);
    const perDimension = klPerDimension(posteriors);
    const kl = names.map((_, i) => sum(perDimension.subarray(i * vae.latentDim, (i + 1) * vae.latentDim)));
    const { count } = images;
    const picture = draw(images, reconstructions, count);
    return {
      value: { step, count, reconstruction: mean(nats), kl: mean(kl) },
      artifacts: [
        { kind: "picture", picture: captioned(picture, at, titleOf(options, count), options) },
        {
          kind: "table",
          heading: ["image", "reconstruction_nats", "kl_nats"],
          rows: names.map((name, i) => [name, nats[i]!, kl[i]!]),
        },
      ],
    };
  },
});

function titleOf({ layout, by, measure, pictures, index, split }: Options, count: number): string {
  const own = pictures.length > 0 ? "own" : split === "heldOut" ? "held-out" : "training";
  const chosen = pictures.length > 0 || index !== undefined || by === "first" ? "" : `the ${by} `;
  const means = chosen === "" || measure === "nats" ? "" : ` by ${measure.toUpperCase()}`;
  const images = `${chosen}${count} ${own} ${count === 1 ? "image" : "images"}${means}`;
  return layout === "pair" ? images : `${images}, reconstructions below`;
}

async function chooseImages(
  at: Drawing,
  { count, index, label, by, ...options }: Options,
): Promise<number[]> {
  if (index !== undefined) return index;
  const split = await at.split();
  const all = split.images.count;
  const each = label === undefined || by !== "first" ? all : Math.ceil(count / label.length);
  const candidates = label?.flatMap((name) => indicesOfLabel(split, name, each)) ?? range(all);
  if (by === "first") return candidates.slice(0, count);
  const badness =
    options.measure === "nats"
      ? await weighAll(at, split, candidates)
      : await distances(at, split, candidates, { ...options, measure: options.measure });
  const order = descending(by === "worst" ? badness : badness.map((one) => -one));
  return order.slice(0, count).map((i) => candidates[i]!);
}

/** −ln p(x|z) of each image at its posterior mean, in nats. */
async function weighAll(
  { model, tell }: Drawing,
  split: Split,
  candidates: readonly number[],
): Promise<Float32Array> {
  const nats = new Float32Array(candidates.length);
  for (let start = 0; start < candidates.length; start += CHUNK) {
    tell.stage({ stage: "weighing images", done: start, total: candidates.length });
    const { images, classes } = chooseIndices(split, candidates.slice(start, start + CHUNK));
    const posteriors = await model.encode(images, classes);
    nats.set(await model.weigh(images, posteriors.mean, classes), start);
  }
  return nats;
}

/** How far each image's reconstruction is from it, by a measure of pictures. */
async function distances(
  { opened, tell }: Drawing,
  split: Split,
  candidates: readonly number[],
  { measure, ...options }: FeatureOptions & { readonly measure: PictureMeasure },
): Promise<Float64Array> {
  const model = await trainedModel(opened);
  const chosen = selectSplit(split, Uint32Array.from(candidates));
  const net = await openFeatures(measure === "lpips" ? options : {}, model);
  try {
    const nearness = await nearnessOf(model, chosen, await encodeSplit(model, chosen, tell), { net, tell });
    return distancesBy(measure, nearness);
  } finally {
    await net?.release();
  }
}
