/** Pictures of a run on demand: what `betalab reconstruct` and `betalab sample` make. */

import { dirname } from "node:path";
import {
  encodePng,
  type Picture,
  reconstructionGrid,
  reconstructionPair,
  sampleGrid,
} from "../figures/node.ts";
import { makeFolder, writeFileAtomic } from "../runs/index.ts";
import { OpenRun } from "./open.ts";
import { shownImages } from "./pictures.ts";
import type { Place } from "./place.ts";

export interface Drawn {
  readonly path: string;
  /** Steps that the shown weights were trained for. */
  readonly step: number;
  readonly count: number;
}

/** Draws the first held-out images with their reconstructions (posterior means, no noise). */
export async function drawReconstructions(
  path: string,
  options: Place & {
    readonly count: number;
    readonly layout: "rows" | "pair";
    readonly out?: string | undefined;
  },
): Promise<Drawn> {
  const opened = OpenRun.open(path);
  const data = await opened.data(options);
  try {
    const originals = shownImages(data, options.count);
    const model = await opened.model();
    const reconstructions = await model.reconstruct(originals);
    await model.release();
    const draw = options.layout === "rows" ? reconstructionGrid : reconstructionPair;
    const picture = draw(originals, reconstructions, originals.count);
    return await save(opened, "reconstruct.png", picture, originals.count, options.out);
  } finally {
    data.close();
  }
}

/** Draws pictures from the prior; the seed is the run's unless another is given. */
export async function drawSamples(
  path: string,
  options: {
    readonly count: number;
    readonly seed?: number | undefined;
    readonly temperature: number;
    readonly out?: string | undefined;
  },
): Promise<Drawn> {
  const opened = OpenRun.open(path);
  const model = await opened.model();
  const images = await model.sample(options.count, options.seed ?? opened.config.seed, options.temperature);
  await model.release();
  return save(opened, "sample.png", sampleGrid(images), options.count, options.out);
}

async function save(
  { run, step }: OpenRun,
  name: string,
  picture: Picture,
  count: number,
  out: string | undefined,
): Promise<Drawn> {
  const path = out ?? run.in("figures", name);
  makeFolder(dirname(path));
  writeFileAtomic(path, await encodePng(picture));
  return { path, step, count };
}
