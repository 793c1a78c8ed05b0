/** The two pictures after every epoch: held-out originals over their reconstructions, and prior samples. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeFile, writeFileAtomic } from "../base/disk.ts";
import { plural } from "../base/format.ts";
import { takeRows } from "../base/linear-algebra.ts";
import { range } from "../base/lists.ts";
import { type Dataset, firstImages, type ImageArray } from "../data/index.ts";
import { encodePng, type Picture, reconstructionGrid, sampleGrid, titled } from "../figures/node.ts";
import type { LatentModel } from "../latent/index.ts";
import type { RunDirectory } from "../runs/index.ts";

const SHOWN = 32;
const SAMPLES = 64;

/** The images whose reconstructions are shown: the first held-out ones, the same ones at every epoch; with their classes, where the data has labels. */
export const shownImages = ({ heldOut: { images, labels } }: Dataset, count = SHOWN): ShownImages => ({
  images: firstImages(images, count),
  classes: labels?.values.subarray(0, count),
});

export interface ShownImages {
  readonly images: ImageArray;
  readonly classes: Int32Array | undefined;
}

/** Of each kind so many pictures of epochs are kept, and those of the first and the last epoch. */
const KEPT = 32;

/** Pictures are kept of every so manyth epoch, a power of two, when `epochs` have been trained. */
export function epochStride(epochs: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(epochs / KEPT)));
}

export interface EpochPicture {
  readonly kind: "reconstructions" | "samples";
  readonly epoch: number;
  readonly path: string;
}

/** Those that a run has, the earliest first. */
export function epochPictures(run: RunDirectory): EpochPicture[] {
  const folder = run.in("figures");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const [, kind, epoch] = /^(reconstructions|samples)-epoch-(\d+)\.png$/.exec(name) ?? [];
      if (kind === undefined) return [];
      return [{ kind: kind as EpochPicture["kind"], epoch: Number(epoch), path: join(folder, name) }];
    })
    .sort((a, b) => a.epoch - b.epoch);
}

/** Deletes pictures of epochs before `newest` that the stride leaves out; so a long run has no more than a short one. */
function thin(run: RunDirectory, newest: number): void {
  const stride = epochStride(newest);
  for (const { epoch, path } of epochPictures(run)) {
    if (epoch > 1 && epoch < newest && epoch % stride !== 0) removeFile(path);
  }
}

/**
 * Draws and writes both, and thins those of earlier epochs; returns their paths. A conditional model's samples stand class by class, a column each,
 * the same latents in every one.
 */
export async function writeEpochPictures(
  run: RunDirectory,
  model: LatentModel,
  { images: shown, classes }: ShownImages,
  epoch: number,
  seed: number,
): Promise<string[]> {
  makeFolder(run.in("figures"));
  const number = String(epoch).padStart(4, "0");
  const of = (what: string): string => `${run.information.name}, epoch ${epoch}: ${what}`;
  const reconstructed = await model.reconstruct(shown, classes);
  const pictures = {
    reconstructions: titled(
      reconstructionGrid(shown, reconstructed, shown.count),
      of(`${plural(shown.count, "held-out image")}, reconstructions below`),
    ),
    samples: titled(await epochSamples(model, seed), of("samples from the prior")),
  };
  const paths: string[] = [];
  for (const [name, picture] of Object.entries(pictures)) {
    const path = run.in("figures", `${name}-epoch-${number}.png`);
    writeFileAtomic(path, await encodePng(picture));
    paths.push(path);
  }
  thin(run, epoch);
  return paths;
}

async function epochSamples(model: LatentModel, seed: number): Promise<Picture> {
  const { classes, latentDim } = model.vae;
  if (classes === undefined) return sampleGrid(await model.sample(SAMPLES, seed));
  const rows = Math.max(1, Math.floor(SAMPLES / classes.length));
  const columns = classes.length;
  const all = range(rows * columns);
  const draws = takeRows(
    await model.draw(rows, seed),
    latentDim,
    all.map((i) => Math.floor(i / columns)),
  );
  const images = await model.decode(
    draws,
    all.map((i) => i % columns),
  );
  return sampleGrid(images, { columns });
}
