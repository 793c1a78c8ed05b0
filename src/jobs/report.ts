/** `betalab report`: everything that there is to see of a trained model in one HTML file. */

import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { takeImages } from "../data/index.ts";
import { type ReportContent, reportAssets, reportPage } from "../figures/node.ts";
import { decoderProgram, latentStatistics } from "../latent/index.ts";
import { makeFolder, writeFileAtomic } from "../runs/index.ts";
import type { OpenModel, Place } from "../trained/index.ts";
import { type Looking, look } from "./look/looking.ts";
import { curveCharts, usageCharts } from "./report/charts.ts";
import { livePart } from "./report/live.ts";
import { reconstructions, samples, traversals } from "./report/pictures.ts";
import type { Shown } from "./report/shown.ts";
import { describeRun } from "./report/summary.ts";
import { evaluationTables } from "./report/tables.ts";

export interface ReportOptions extends Place {
  /** The file. Default: `report.html` in the run. */
  readonly out?: string | undefined;
  /** Held-out images on the map, from the first. Default 1000. */
  readonly images?: number | undefined;
  readonly onProgress?: ((progress: { stage: string; done: number; total: number }) => void) | undefined;
}

export interface Reported {
  readonly path: string;
  readonly bytes: number;
  /** Steps that the shown weights were trained for. */
  readonly step: number;
}

/** On the map. */
const IMAGES = 1000;
/** What latents carry is measured on at least so many: they give the second digit. */
const MEASURED = 2000;

/** Writes the report of a run, or of an exported model. Throws as opening it and its data does. */
export async function writeReport(path: string, options: ReportOptions = {}): Promise<Reported> {
  return look(path, { ...options, out: undefined }, async (at) => {
    const { opened } = at;
    const content = await contentOf(at, options);
    const out = options.out ?? join(opened.path, "report.html");
    makeFolder(dirname(out));
    writeFileAtomic(out, reportPage(content, reportAssets()));
    return { path: out, bytes: statSync(out).size, step: opened.step };
  });
}

async function contentOf(at: Looking, options: ReportOptions): Promise<ReportContent> {
  const { opened, model } = at;
  const stages = ["encoding images", "drawing pictures", "mapping the latent space", "drawing charts"];
  const stage = (done: number): void =>
    options.onProgress?.({ stage: stages[done]!, done, total: stages.length });
  stage(0);
  const shown = await encodeShown(at, options);
  stage(1);
  const drawn = {
    reconstructions: await reconstructions(model, shown),
    samples: await samples(opened, model),
    traversals: await traversals(opened, model, shown.statistics),
  };
  stage(2);
  const { live, pictures } = await livePart(opened, shown, options);
  stage(3);
  return {
    ...describeRun(opened, shown.statistics, shown.measured),
    live,
    pictures,
    weights: decoderWeights(opened),
    ...drawn,
    usage: await usageCharts(opened, shown.statistics),
    curves: await curveCharts(opened),
    tables: evaluationTables(opened.path),
  };
}

async function encodeShown({ model, split }: Looking, { images = IMAGES }: ReportOptions): Promise<Shown> {
  const { images: all, labels, factors } = await split();
  const measured = Math.min(all.count, Math.max(images, MEASURED));
  const indices = Array.from({ length: measured }, (_, i) => i);
  const classes = labels?.values.subarray(0, measured);
  const posteriors = await model.encode(takeImages(all, indices), classes);
  const latent = model.vae.latentDim;
  const count = Math.min(all.count, images);
  return {
    images: takeImages(all, indices.slice(0, count)),
    means: posteriors.mean.slice(0, count * latent),
    classes: classes?.subarray(0, count),
    labels,
    factors,
    statistics: latentStatistics(posteriors),
    measured,
  };
}

/** One after another, in the order in which the decoder asks for them. */
function decoderWeights({ vae, state }: OpenModel): Float32Array {
  const tensors = decoderProgram(vae).weights.map(({ name }) => state.get(name));
  const weights = new Float32Array(tensors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const tensor of tensors) {
    weights.set(tensor, at);
    at += tensor.length;
  }
  return weights;
}
