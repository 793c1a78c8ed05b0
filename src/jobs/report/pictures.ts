/** The report's still pictures: reconstructions, samples, and a row of images for each latent. */

import { plural } from "../../base/format.ts";
import type { Factors, ImageArray, Labels } from "../../data/index.ts";
import { firstOf, formatCoordinate, pairedCells } from "../../figures/index.ts";
import {
  descending,
  isActiveUnit,
  type LatentModel,
  priorMedians,
  priorQuantiles,
  rangeValues,
  sheetLatents,
  traversalLatents,
} from "../../latent/index.ts";
import { pageGrid, type ReportPicture, type Traversals } from "../../pages/node.ts";
import type { OpenModel } from "../../trained/index.ts";
import { priorClasses } from "../draw/choose.ts";
import type { MeasuredLatents } from "../draw/with-model.ts";

/** The held-out images that a report is about. */
export interface Shown {
  readonly images: ImageArray;
  /** Posterior means of `images`: `[count, latent]`. */
  readonly means: Float32Array;
  readonly classes: Int32Array | undefined;
  /** Of the whole split. */
  readonly labels: Labels | undefined;
  readonly factors: Factors | undefined;
  readonly statistics: MeasuredLatents;
  /** Images that the statistics are over. */
  readonly measured: number;
}

const PAIRS = 32;
const SAMPLES = 64;
const COLUMNS = 8;
const STEPS = 11;
/** Latents that get a row, those with the largest KL; the live decoder has them all. */
const ROWS = 24;
const REACH = 3;
/** Probability outside the rows of a learned prior, on each side. */
const TAIL = 0.01;

/** A row of originals, under it their reconstructions, and so on. */
export async function reconstructions(
  model: LatentModel,
  { images, classes }: Shown,
): Promise<ReportPicture> {
  const count = Math.min(PAIRS, images.count);
  const originals = firstOf(images, count);
  const decoded = await model.reconstruct(originals, classes?.subarray(0, count));
  const cells = pairedCells(originals, decoded, count, COLUMNS);
  const grid = await pageGrid(cells, images, { columns: COLUMNS, rowsPerGroup: 2 });
  return {
    ...grid,
    caption: `Rows in pairs: ${plural(count, "held-out image")}, and under each what the decoder makes of its posterior mean.`,
  };
}

export async function samples(opened: OpenModel, model: LatentModel): Promise<ReportPicture> {
  const { vae, config } = opened;
  const classes = priorClasses(vae, SAMPLES, undefined);
  const images = await model.sample(SAMPLES, config.seed, 1, classes);
  const cells = Array.from({ length: SAMPLES }, (_, index) => ({ images, index }));
  const grid = await pageGrid(cells, images, { columns: COLUMNS });
  const prior = vae.hasStandardPrior ? "prior N(0, I)" : "learned prior";
  return { ...grid, caption: `${SAMPLES} draws from the ${prior}, decoded.` };
}

export async function traversals(
  { vae }: OpenModel,
  model: LatentModel,
  statistics: MeasuredLatents,
): Promise<Traversals> {
  const { latentDim } = vae;
  const dimensions = descending(statistics.kl).slice(0, ROWS);
  const prior = await model.prior();
  const fixed = rangeValues({ kind: "fixed", r: REACH }, STEPS, 0);
  const start = priorMedians(latentDim, prior);
  const latents = sheetLatents(dimensions, (d) => {
    const values = prior === undefined ? fixed : priorQuantiles(STEPS, TAIL, d, prior);
    return traversalLatents(start, latentDim, d, values);
  });
  const images = await model.decode(latents, vae.classes && 0);
  const grids = [];
  for (const [row, dimension] of dimensions.entries()) {
    const cells = Array.from({ length: STEPS }, (_, step) => ({ images, index: row * STEPS + step }));
    const grid = await pageGrid(cells, images, { columns: STEPS });
    grids.push({
      grid,
      dimension,
      kl: statistics.kl[dimension]!,
      meaning: statistics.meanings[dimension]?.short,
      active: isActiveUnit(statistics.meanVariance[dimension]!),
    });
  }
  const hidden = latentDim - dimensions.length;
  return {
    caption:
      `Each row moves one latent ${
        prior === undefined
          ? `from ${formatCoordinate(-REACH)} to ${formatCoordinate(REACH)} while all others stay at 0`
          : "through the quantiles of its prior that head the columns while all others stay at their medians"
      }` +
      `${vae.classes ? `, in class ${vae.classes[0]}` : ""}; the latent with the largest KL comes first.` +
      `${hidden > 0 ? ` ${hidden} more with a smaller KL ${hidden === 1 ? "is" : "are"} in the live decoder.` : ""}`,
    values: fixed.map((value, i) =>
      prior === undefined
        ? formatCoordinate(value)
        : `q${(TAIL + ((1 - 2 * TAIL) * i) / (STEPS - 1)).toFixed(2)}`,
    ),
    rows: grids,
  };
}
