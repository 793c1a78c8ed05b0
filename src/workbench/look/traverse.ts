/**
 * `betalab traverse`: one latent dimension moves while the others stay. A loop for each dimension, all of them in
 * one, and the static sheet with the dimensions sorted by what they carry.
 */

import { BetalabError } from "../../base/errors.ts";
import {
  encodeGif,
  formatCoordinate,
  gridFrames,
  labelledSheet,
  type MovingGrid,
  paintCaptions,
} from "../../figures/node.ts";
import {
  type Classes,
  checkDimension,
  descending,
  describeRange,
  type LatentStatistics,
  offsetLatents,
  priorDraws,
  rangeValues,
  type TraversalRange,
  thereAndBack,
  traversalLatents,
} from "../../latent/index.ts";
import { chooseIndices, choosePictures, priorClasses } from "./choose.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { pick } from "./interpolate.ts";
import { describeModel, type Looking, type LookOptions, look, statisticsOf } from "./looking.ts";

export interface TraverseOptions extends LookOptions {
  /** Where the other dimensions stand: draws from the prior (default), the origin, or posterior means of images. */
  readonly from?: "prior" | "zeros" | "images" | undefined;
  /** Images to start from, by index or as files; they imply `from: "images"`. */
  readonly indices?: readonly number[] | undefined;
  readonly files?: readonly string[] | undefined;
  /** How many starts the grid of each loop shows. Default 16; one for zeros. */
  readonly count?: number | undefined;
  /** Which dimensions. Default: all. */
  readonly dimensions?: readonly number[] | undefined;
  /** Absolute values. Default: ±3. Not with `step`. */
  readonly range?: TraversalRange | undefined;
  /** Instead of a range: add this much at each frame, of either sign, as the seed's visualiser does. */
  readonly step?: number | undefined;
  /** Frames from one end to the other. Default 21; 30 with `step`. */
  readonly steps?: number | undefined;
  /** Jump back to the start at the end instead of going back. Default false. */
  readonly oneWay?: boolean | undefined;
  /** Milliseconds of each frame. Default 80. */
  readonly milliseconds?: number | undefined;
  /** Loops in a row of the combined animation. Default 4. */
  readonly columns?: number | undefined;
  readonly seed?: number | undefined;
  readonly className?: string | undefined;
  /** What to draw. Default: all. */
  readonly parts?: readonly ("sheet" | "loops" | "combined")[] | undefined;
  readonly onProgress?: ((progress: { stage: string; done: number; total: number }) => void) | undefined;
}

export interface Traversed extends Drawn {
  readonly dimensions: readonly {
    readonly dimension: number;
    /** In nats per image; absent when there is no data to measure it on. */
    readonly kl: number | undefined;
    /** Smallest and largest value, or offset with `step`. */
    readonly from: number;
    readonly to: number;
  }[];
  readonly range: string;
}

/** Columns of the static sheet. */
const SHEET_COLUMNS = 11;

export async function drawTraversals(path: string, options: TraverseOptions = {}): Promise<Traversed> {
  if (options.step !== undefined && options.range !== undefined) {
    throw new BetalabError(
      "usage",
      "--step and --range exclude each other",
      "--step moves on from the start, --range sets values",
    );
  }
  return look(path, options, async (at) => {
    const { opened, model } = at;
    const { latentDim } = opened.vae;
    const dimensions = options.dimensions ?? Array.from({ length: latentDim }, (_, d) => d);
    for (const dimension of dimensions) checkDimension(dimension, latentDim);
    const statistics = await statisticsOf(at);
    const { starts, classes, imageColumns } = await chooseStarts(at, options);
    const walk = walkOf(options, statistics);
    const { parts = ["sheet", "combined", "loops"] } = options;
    const out = new FigureFiles(opened, "traverse", options.out);
    const sorted = descending(statistics.kl).filter((d) => dimensions.includes(d));
    if (parts.includes("sheet"))
      await out.picture(await sheet(at, sorted, statistics, options, { starts, classes }));
    if (parts.includes("combined") || parts.includes("loops")) {
      const order = options.oneWay ? walk.frames : undefined;
      const moments =
        order === undefined ? thereAndBack(walk.frames) : Array.from({ length: order }, (_, i) => i);
      const grids: MovingGrid[] = [];
      for (const [i, dimension] of sorted.entries()) {
        options.onProgress?.({ stage: "decoding dimensions", done: i, total: sorted.length });
        const latents = walk.latents(starts, latentDim, dimension);
        const repeated =
          classes &&
          Array.from(
            { length: latents.length / latentDim },
            (_, k) => classes[k % (starts.length / latentDim)]!,
          );
        const decoded = await model.decode(latents, repeated);
        const size = starts.length / latentDim;
        const inOrder = pick(
          decoded,
          moments.flatMap((frame) => Array.from({ length: size }, (_, k) => frame * size + k)),
        );
        const values = walk.values(dimension);
        grids.push({
          images: inOrder,
          titles: moments.map((frame) => `Dimension ${dimension}: ${formatCoordinate(values[frame]!, true)}`),
        });
      }
      const timing = { milliseconds: options.milliseconds ?? 80 };
      if (parts.includes("combined")) {
        const { columns = 4 } = options;
        const frames = gridFrames(grids, {
          imageColumns,
          columns: Math.min(columns, grids.length),
          targetWidth: 150,
        });
        out.gif(await encodeGif(frames.map(paintCaptions), timing), "-all");
      }
      for (const [i, dimension] of sorted.entries()) {
        if (!parts.includes("loops")) break;
        options.onProgress?.({ stage: "writing animations", done: i, total: sorted.length });
        const frames = gridFrames([grids[i]!], { imageColumns, targetWidth: 300 });
        out.gif(
          await encodeGif(frames.map(paintCaptions), timing),
          `-dim${String(dimension).padStart(2, "0")}`,
        );
      }
    }
    const described = sorted.map((dimension) => {
      const values = walk.values(dimension);
      return { dimension, kl: statistics.kl[dimension]!, from: values[0]!, to: values.at(-1)! };
    });
    out.csv(
      ["dimension", "kl_nats", "from", "to", "mean", "deviation", "smallest_mean", "largest_mean"],
      described.map(({ dimension: d, kl, from, to }) => [
        d,
        kl,
        from,
        to,
        ...[statistics.mean, statistics.deviation, statistics.minimum, statistics.maximum].map(
          (of) => of[d]!,
        ),
      ]),
    );
    return { paths: out.paths, step: opened.step, dimensions: described, range: walk.description };
  });
}

/** How a dimension moves: the values to show and the latents to decode. */
interface Walk {
  readonly frames: number;
  readonly description: string;
  values(dimension: number): number[];
  latents(starts: Float32Array, latentDim: number, dimension: number): Float32Array;
}

function walkOf(
  { range = { kind: "fixed", r: 3 }, step, steps }: TraverseOptions,
  statistics: LatentStatistics,
): Walk {
  if (step !== undefined) {
    const frames = (steps ?? 30) + 1;
    const offsets = Array.from({ length: frames }, (_, i) => i * step);
    return {
      frames,
      description: `steps of ${step}`,
      values: () => offsets,
      latents: (starts, latentDim, dimension) => offsetLatents(starts, latentDim, dimension, offsets),
    };
  }
  const frames = steps ?? 21;
  const values = (dimension: number): number[] => rangeValues(range, frames, dimension, statistics);
  return {
    frames,
    description: describeRange(range),
    values,
    latents: (starts, latentDim, dimension) =>
      traversalLatents(starts, latentDim, dimension, values(dimension)),
  };
}

async function chooseStarts({ opened, model, split }: Looking, options: TraverseOptions) {
  const { vae, config } = opened;
  const { files = [], indices, className } = options;
  const given = files.length > 0 || (indices !== undefined && indices.length > 0);
  const from = options.from ?? (given ? "images" : "prior");
  const count = options.count ?? (from === "zeros" ? 1 : 16);
  const square = (n: number): number => Math.ceil(Math.sqrt(n));
  if (from === "images") {
    const chosen =
      files.length > 0
        ? await choosePictures(vae, files, className)
        : chooseIndices(await split(), indices ?? Array.from({ length: count }, (_, i) => i));
    const { mean } = await model.encode(chosen.images, chosen.classes);
    return { starts: mean, classes: chosen.classes, imageColumns: square(chosen.images.count) };
  }
  const starts =
    from === "zeros"
      ? new Float32Array(count * vae.latentDim)
      : priorDraws(count, vae.latentDim, options.seed ?? config.seed);
  return { starts, classes: priorClasses(vae, count, className), imageColumns: square(count) };
}

/** A row for each dimension from the first start, or from the origin where the starts are draws. */
async function sheet(
  { opened, model }: Looking,
  sorted: readonly number[],
  statistics: LatentStatistics,
  options: TraverseOptions,
  { starts, classes }: { readonly starts: Float32Array; readonly classes: Classes },
) {
  const { latentDim } = opened.vae;
  const drawn = (options.from ?? "prior") === "prior" && !options.files?.length && !options.indices?.length;
  const start = drawn ? new Float32Array(latentDim) : starts.slice(0, latentDim);
  const walk = walkOf(
    { ...options, steps: options.step === undefined ? SHEET_COLUMNS : (options.steps ?? 10) },
    statistics,
  );
  const latents = new Float32Array(sorted.length * walk.frames * latentDim);
  sorted.forEach((dimension, row) => {
    latents.set(walk.latents(start, latentDim, dimension), row * walk.frames * latentDim);
  });
  const count = sorted.length * walk.frames;
  const images = await model.decode(latents, classes && new Array<number>(count).fill(classes[0]!));
  // One heading serves all rows only where they share their values.
  const shared =
    options.step !== undefined || ["fixed", "quantiles"].includes(options.range?.kind ?? "fixed");
  return labelledSheet(images, {
    title: `${describeModel(opened)}: ${walk.description}`,
    rows: sorted.map((d) => ({ label: `latent ${d}`, note: `KL ${statistics.kl[d]!.toFixed(2)} nats` })),
    columns: walk.frames,
    columnTitles: shared
      ? walk.values(0).map((value) => formatCoordinate(value, options.step !== undefined))
      : undefined,
  });
}
