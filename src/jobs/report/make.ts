/** The report of a model: what is measured of it and drawn, as one page. Writes nothing. */

import { report as progress } from "../../base/progress.ts";
import { firstImages } from "../../data/index.ts";
import { decoderProgram, descending, encoderProgram } from "../../latent/index.ts";
import { pageAssets, type ReportContent, reportPage } from "../../pages/node.ts";
import { type Drawing, measuredLatents } from "../draw/with-model.ts";
import { curveCharts, usageCharts } from "./charts.ts";
import { livePart } from "./live.ts";
import { reconstructions, type Shown, samples, traversals } from "./pictures.ts";
import { describeRun } from "./summary.ts";
import { evaluationTables } from "./tables.ts";
import { weightsOf } from "./weights.ts";

/**
 * The page, and how many images its map has. Throws as opening the model's data does, and "interrupted".
 *
 * @param images held-out images on the map, from the first
 */
export async function makeReport(at: Drawing, images: number): Promise<{ html: string; images: number }> {
  const { opened, model, tell } = at;
  const stages = ["encoding images", "drawing pictures", "mapping the latent space", "drawing charts"];
  const stage = (done: number): void => progress(tell, stages[done]!, done, stages.length);
  stage(0);
  const shown = await encodeShown(at, images);
  stage(1);
  const drawn = {
    reconstructions: await reconstructions(model, shown),
    samples: await samples(opened, model),
    traversals: await traversals(opened, model, shown.statistics),
    meanings: descending(shown.statistics.kl).flatMap((d) => shown.statistics.meanings[d] ?? []),
  };
  stage(2);
  const { live, pictures } = await livePart(opened, model, shown, tell);
  stage(3);
  const content: ReportContent = {
    ...describeRun(opened, shown.statistics, shown.measured),
    live,
    pictures,
    weights: weightsOf(opened, [encoderProgram(opened.vae), decoderProgram(opened.vae)]),
    ...drawn,
    usage: await usageCharts(opened, shown.statistics),
    curves: await curveCharts(opened),
    tables: evaluationTables(opened.path),
  };
  return { html: reportPage(content, pageAssets()), images: live.points.count };
}

async function encodeShown({ model, split, posteriors }: Drawing, most: number): Promise<Shown> {
  const { images: all, labels, factors } = await split();
  const whole = await posteriors();
  const count = Math.min(all.count, most);
  return {
    images: firstImages(all, count),
    means: whole.mean.slice(0, count * model.vae.latentDim),
    classes: labels?.values.subarray(0, count),
    labels,
    factors,
    statistics: measuredLatents(whole, { labels, factors }),
    measured: whole.count,
  };
}
