/** What the report's explorer is given: the model, what its latents carry, the images' latents, and maps of them. */

import { encodeBase64 } from "../../base/base64.ts";
import { formatDigits } from "../../base/format.ts";
import type { Watch } from "../../base/progress.ts";
import { type Factors, imageBytes, type Labels } from "../../data/index.ts";
import { colorAt, firstOf, hex, light, sequential } from "../../figures/index.ts";
import { serializeProgram } from "../../graph/index.ts";
import {
  decoderProgram,
  descending,
  encoderProgram,
  isActiveUnit,
  type LatentModel,
  type LatentStatistics,
  type PriorMixture,
  pca,
  priorMedians,
  priorQuantiles,
} from "../../latent/index.ts";
import { type Live, type LiveColoring, type LiveMap, pictureSheet } from "../../pages/node.ts";
import type { OpenModel } from "../../trained/index.ts";
import { projectInThread } from "../draw/project.ts";
import type { Shown } from "./pictures.ts";

/** Pixels × channels of all embedded pictures together: keeps a report of large images small. */
const PICTURE_BYTES = 2e6;
const SHEET_COLUMNS = 32;
/** Sliders reach at least so far. */
const REACH = 3;
/** t-SNE of fewer points means nothing. */
const FEWEST_FOR_TSNE = 30;

/** Draws from a learned prior that are embedded. */
const DRAWS = 256;

export async function livePart(
  opened: OpenModel,
  model: LatentModel,
  shown: Shown,
  watch: Watch,
): Promise<{ readonly live: Live; readonly pictures: Uint8Array }> {
  const { vae, name, config } = opened;
  const prior = await model.prior();
  const { images, means, classes, statistics } = shown;
  const size = imageBytes(images);
  const count = Math.max(1, Math.min(images.count, Math.floor(PICTURE_BYTES / size)));
  const columns = Math.min(SHEET_COLUMNS, count);
  const live: Live = {
    name,
    encoder: serializeProgram(encoderProgram(vae).program),
    decoder: serializeProgram(decoderProgram(vae).program),
    image: vae.image,
    classes: vae.classes,
    latents: descending(statistics.kl).map((dimension) => ({
      dimension,
      kl: statistics.kl[dimension]!,
      active: isActiveUnit(statistics.meanVariance[dimension]!),
      meaning: statistics.meanings[dimension]?.plain,
      reach: reachOf(statistics, dimension, prior),
    })),
    prior: prior && {
      middle: [...priorMedians(vae.latentDim, prior)],
      draws: encodeBase64(await model.draw(DRAWS, config.seed)),
    },
    points: {
      count: images.count,
      means: encodeBase64(means),
      classes: vae.classes && classes && Array.from(classes),
    },
    maps: await mapsOf(opened, shown, watch),
    colorings: [...byLabel(shown.labels, images.count), ...byFactor(shown.factors, images.count)],
    pictures: { count, columns },
  };
  return { live, pictures: (await pictureSheet(firstOf(images, count), columns)).png };
}

/** ±3, or as far as the images and the prior go, in halves. */
function reachOf(
  { minimum, maximum }: LatentStatistics,
  dimension: number,
  prior: PriorMixture | undefined,
): number {
  const [low, high] = priorQuantiles(2, 0.01, dimension, prior);
  const furthest = Math.max(-minimum[dimension]!, maximum[dimension]!, -low!, high!);
  return Math.max(REACH, Math.ceil(2 * furthest) / 2);
}

async function mapsOf(
  { vae: { latentDim }, config: { seed } }: OpenModel,
  { means, images }: Shown,
  { signal }: Watch,
): Promise<LiveMap[]> {
  const maps = [latentDim <= 2 || images.count < 2 ? plane(means, latentDim) : principal(means, latentDim)];
  if (latentDim > 2 && images.count >= FEWEST_FOR_TSNE) {
    const { map, facts } = await projectInThread(
      { method: "tsne", data: means, columns: latentDim, seed },
      signal,
    );
    maps.push({
      name: "t-SNE",
      note: `t-SNE of the posterior means, perplexity ${facts.perplexity}: neighbours are alike, distances and axes mean nothing. The ring is at the image most like what is decoded.`,
      coordinates: encodeBase64(Float32Array.from(map)),
    });
  }
  return maps;
}

/** Of one or two latents the map is the latent space itself; of a single image, which has no directions, its first two. */
function plane(means: Float32Array, latentDim: number): LiveMap {
  const axis = (dimension: number): number[] =>
    Array.from({ length: latentDim }, (_, d) => (d === dimension ? 1 : 0));
  const coordinates = Float32Array.from({ length: (2 * means.length) / latentDim }, (_, i) =>
    i % 2 < latentDim ? means[(i >> 1) * latentDim + (i % 2)]! : 0,
  );
  return {
    name: "Latents",
    note:
      latentDim === 1
        ? "Posterior means along the one latent."
        : `Posterior means in the plane of ${latentDim === 2 ? "both latents" : "the first two latents (a single image has no principal components)"}: latent 0 to the right, latent 1 upwards.`,
    coordinates: encodeBase64(coordinates),
    linear: { mean: new Array<number>(latentDim).fill(0), axes: [axis(0), axis(1)] },
  };
}

function principal(means: Float32Array, latentDim: number): LiveMap {
  const { mean, components, ratios, projected } = pca(means, latentDim, 2);
  // Where all means are equal, there is nothing to have a share of.
  const percent = (i: number): string => `${(100 * (ratios[i]! || 0)).toFixed(0)}\u00a0%`;
  const axes = [0, 1].map((i) => Array.from(components.subarray(i * latentDim, (i + 1) * latentDim)));
  return {
    name: "PCA",
    note: `First two principal components of the posterior means: ${percent(0)} and ${percent(1)} of their variance.`,
    coordinates: encodeBase64(Float32Array.from(projected)),
    linear: { mean: Array.from(mean), axes },
  };
}

function byLabel(labels: Labels | undefined, count: number): LiveColoring[] {
  if (labels === undefined) return [];
  const values = Array.from(labels.values.subarray(0, count));
  const colors = labels.names.map((_, i) => `--class-${i % light.categorical.length}`);
  return [{ name: "label", names: labels.names, colors, values }];
}

function byFactor(factors: Factors | undefined, count: number): LiveColoring[] {
  if (factors === undefined) return [];
  const columns = factors.factors.length;
  return factors.factors.map(({ name, values }, column) => ({
    name,
    names: values.map((value) => formatDigits(value)),
    values: Array.from({ length: count }, (_, i) => factors.levels[i * columns + column]!),
    colors: values.map((_, i) =>
      hex(colorAt(sequential, values.length === 1 ? 0.5 : i / (values.length - 1))),
    ),
  }));
}
