/** The two pictures after every epoch: held-out originals over their reconstructions, and prior samples. */

import type { Dataset } from "../data/index.ts";
import { encodePng, reconstructionGrid, sampleGrid } from "../figures/node.ts";
import { type ImageArray, type LatentModel, takeImages } from "../latent/index.ts";
import { type RunDirectory, writeFileAtomic } from "../runs/index.ts";

const SHOWN = 32;
const SAMPLES = 64;

/** The images whose reconstructions are shown: the first held-out ones, the same ones at every epoch. */
export function shownImages(data: Dataset, count: number = SHOWN): ImageArray {
  const { images } = data.heldOut;
  return takeImages(
    images,
    Array.from({ length: Math.min(count, images.count) }, (_, i) => i),
  );
}

/** Draws and writes both; returns their paths. */
export async function writeEpochPictures(
  run: RunDirectory,
  model: LatentModel,
  shown: ImageArray,
  epoch: number,
  seed: number,
): Promise<string[]> {
  run.folder("figures");
  const number = String(epoch).padStart(4, "0");
  const pictures = {
    reconstructions: reconstructionGrid(shown, await model.reconstruct(shown), shown.count),
    samples: sampleGrid(await model.sample(SAMPLES, seed)),
  };
  const paths: string[] = [];
  for (const [name, picture] of Object.entries(pictures)) {
    const path = run.in("figures", `${name}-epoch-${number}.png`);
    writeFileAtomic(path, await encodePng(picture));
    paths.push(path);
  }
  return paths;
}
