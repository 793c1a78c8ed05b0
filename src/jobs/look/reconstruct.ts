/** `betalab reconstruct`: images and what the model makes of them. */

import type { Split } from "../../data/index.ts";
import { reconstructionGrid, reconstructionPair } from "../../figures/node.ts";
import { descending, klPerDimension, type LatentModel } from "../../latent/index.ts";
import { type Chosen, chooseIndices, choosePictures, indicesOfLabel } from "./choose.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { type LookOptions, look } from "./looking.ts";

export interface ReconstructOptions extends LookOptions {
  /** How many images, where they are not listed. Default 32. */
  readonly count?: number | undefined;
  /** "rows": originals over reconstructions (default). "pair": two titled grids. */
  readonly layout?: "rows" | "pair" | undefined;
  /** Which images: by index … */
  readonly indices?: readonly number[] | undefined;
  /** … of these labels, equally many of each … */
  readonly labels?: readonly string[] | undefined;
  /** … or files. Default: the first of the split. */
  readonly files?: readonly string[] | undefined;
  /** The worst or best of the split (of those labels) by −ln p(x|z) at the posterior mean. */
  readonly by?: "first" | "worst" | "best" | undefined;
  /** Class of the files, for a conditional model. */
  readonly className?: string | undefined;
}

export interface Reconstructed extends Drawn {
  readonly count: number;
  /** Mean over the shown images, in nats: −ln p(x|z) at the posterior mean, and the KL. */
  readonly reconstruction: number;
  readonly kl: number;
}

export async function drawReconstructions(
  path: string,
  options: ReconstructOptions = {},
): Promise<Reconstructed> {
  return look(path, options, async ({ opened, model, split }) => {
    const files = options.files ?? [];
    const chosen =
      files.length > 0
        ? await choosePictures(opened.vae, files, options.className)
        : chooseIndices(await split(), await chooseImages(model, await split(), options));
    const { images, classes } = chosen;
    const posteriors = await model.encode(images, classes);
    const reconstructions = await model.decode(posteriors.mean, classes);
    const draw = options.layout === "pair" ? reconstructionPair : reconstructionGrid;
    const out = new FigureFiles(opened, "reconstruct", options.out);
    await out.picture(draw(images, reconstructions, images.count));
    const nats = await model.weigh(images, posteriors.mean, classes);
    const kl = klPerDimension(posteriors);
    const klOf = (i: number): number =>
      kl
        .subarray(i * opened.vae.latentDim, (i + 1) * opened.vae.latentDim)
        .reduce((sum, one) => sum + one, 0);
    const rows = chosen.names.map((name, i) => [name, nats[i]!, klOf(i)]);
    out.csv(["image", "reconstruction_nats", "kl_nats"], rows);
    const mean = (column: 1 | 2): number =>
      rows.reduce((sum, row) => sum + (row[column] as number), 0) / rows.length;
    return { paths: out.paths, step: opened.step, count: images.count, reconstruction: mean(1), kl: mean(2) };
  });
}

/** Indices of the images that the options ask for. */
async function chooseImages(
  model: LatentModel,
  split: Split,
  options: ReconstructOptions,
): Promise<number[]> {
  const { count = 32, indices, labels, by = "first" } = options;
  if (indices !== undefined && indices.length > 0) return [...indices];
  const all = split.images.count;
  const each = labels === undefined || by !== "first" ? all : Math.ceil(count / labels.length);
  const candidates =
    labels?.flatMap((label) => indicesOfLabel(split, label, each)) ??
    Array.from({ length: all }, (_, i) => i);
  if (by === "first") return candidates.slice(0, count);
  const nats = await weighAll(model, chooseIndices(split, candidates));
  const order = descending(by === "worst" ? nats : nats.map((one) => -one));
  return order.slice(0, count).map((at) => candidates[at]!);
}

async function weighAll(model: LatentModel, { images, classes }: Chosen): Promise<Float32Array> {
  return model.weigh(images, (await model.encode(images, classes)).mean, classes);
}
