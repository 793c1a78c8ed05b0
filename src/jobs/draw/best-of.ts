/**
 * Of several draws the best: those that are nearest to a picture that nobody trained on. Each draw's nearest held-out picture
 * is found by its pixels, and how near it is said by a measure of pictures.
 */

import { range } from "../../base/lists.ts";
import { breathe, inPieces } from "../../base/progress.ts";
import type { ImageArray } from "../../data/index.ts";
import { descending } from "../../latent/index.ts";
import { lpips, psnr, ssim } from "../../metrics/index.ts";
import {
  distancesBy,
  type FeatureOptions,
  type Nearness,
  openFeatures,
  type PictureMeasure,
} from "../picture-quality.ts";
import { chooseIndices } from "./choose.ts";
import type { Drawing } from "./with-model.ts";

/** Held-out pictures that a draw may be near to. */
const COMPARED = 1000;

/** Numbers of the `count` best draws, the best first. Throws "usage" where the measure can't be taken. */
export async function bestDraws(
  { opened, tell, split }: Drawing,
  draws: ImageArray,
  count: number,
  { measure, ...options }: FeatureOptions & { readonly measure: PictureMeasure },
): Promise<number[]> {
  const held = await split();
  const real = range(Math.min(COMPARED, held.images.count));
  const { images } = chooseIndices(held, real);
  const size = draws.pixels.length / draws.count;
  const pixelsOf = (all: ImageArray, i: number) => all.pixels.subarray(i * size, (i + 1) * size);
  const none = () => new Float64Array(draws.count).fill(Number.NaN);
  const nearness: Nearness = { psnr: none(), ssim: none(), lpips: none() };
  const net = await openFeatures(measure === "lpips" ? options : {}, { runtime: await opened.runtime() });
  try {
    for (const { start: i } of inPieces(tell, "comparing draws", draws.count, 1)) {
      await breathe();
      const own = pixelsOf(draws, i);
      const nearest = nearestOf(own, real, (j) => pixelsOf(images, j));
      const [one, other] = [own, pixelsOf(images, nearest)].map((levels) =>
        Float32Array.from(levels, (level) => level / 255),
      );
      nearness.psnr[i] = psnr(one!, other!);
      if (measure === "ssim") nearness.ssim[i] = ssim(one!, other!, draws);
      if (net === undefined) continue;
      const [ours, theirs] = [await net.see(one!, 1, draws), await net.see(other!, 1, draws)];
      if (ours.maps[0]!.length > 0) nearness.lpips[i] = lpips(ours.maps[0]!, theirs.maps[0]!);
    }
    const distances = distancesBy(measure, nearness);
    return descending(distances.map((distance) => -distance)).slice(0, count);
  } finally {
    await net?.release();
  }
}

/** The picture with the smallest sum of squared differences. */
function nearestOf(
  own: Uint8Array,
  candidates: readonly number[],
  pixels: (i: number) => Uint8Array,
): number {
  let [nearest, least] = [0, Number.POSITIVE_INFINITY];
  for (const i of candidates) {
    const other = pixels(i);
    let squares = 0;
    for (let k = 0; k < own.length && squares < least; k++) squares += (own[k]! - other[k]!) ** 2;
    if (squares < least) [nearest, least] = [i, squares];
  }
  return nearest;
}
