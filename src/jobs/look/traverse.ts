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
  type Picture,
  paintCaptions,
} from "../../figures/node.ts";
import {
  checkDimension,
  descending,
  type LatentStatistics,
  needsStatistics,
  type TraversalRange,
  thereAndBack,
} from "../../latent/index.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { pick } from "./interpolate.ts";
import { describeModel, klAtHand, type Looking, type LookOptions, look, statisticsOf } from "./looking.ts";
import { chooseStarts, rangeWalk, type StartOptions, type Starts, stepWalk, type Walk } from "./walk.ts";

/**
 * Where to start: draws from the prior (default), the origin, or posterior means of images (given indices or files
 * imply them). `count` is how many starts each loop shows: by default 16, of more than 16 latents 9, of more than 32
 * 4; 1 for zeros.
 */
export interface TraverseOptions extends LookOptions, StartOptions {
  /** Which dimensions. Default: all. */
  readonly dimensions?: readonly number[] | undefined;
  /** Absolute values. Default: ±3. Not with `step`. */
  readonly range?: TraversalRange | undefined;
  /** Instead of a range: add this much at each frame, of either sign, as the seed's visualiser does. */
  readonly step?: number | undefined;
  /** Frames from one end to the other. Default 21; 30 steps with `step`. */
  readonly steps?: number | undefined;
  /** Jump back to the start at the end instead of going back. Default false. */
  readonly oneWay?: boolean | undefined;
  /** Milliseconds of each frame. Default 80. */
  readonly milliseconds?: number | undefined;
  /** Loops in a row of the combined animation. Default 4. */
  readonly columns?: number | undefined;
  /** What to draw. Default: all. */
  readonly parts?: readonly ("sheet" | "loops" | "combined")[] | undefined;
  readonly onProgress?: ((progress: { stage: string; done: number; total: number }) => void) | undefined;
}

export interface Traversed extends Drawn {
  /** The one that carries most first. */
  readonly dimensions: readonly {
    readonly dimension: number;
    /** In nats per image; absent when there is no data to measure it on. */
    readonly kl: number | undefined;
    /** First and last value, or offset with `step`. */
    readonly from: number;
    readonly to: number;
  }[];
  readonly range: string;
}

const SHEET_COLUMNS = 11;

export async function drawTraversals(path: string, options: TraverseOptions = {}): Promise<Traversed> {
  const { step, steps, range = { kind: "fixed", r: 3 } } = options;
  if (step !== undefined && options.range !== undefined) {
    throw new BetalabError(
      "usage",
      "--step and --range exclude each other",
      "--step moves on from the start, --range sets values",
    );
  }
  return look(path, options, async (at) => {
    const { opened } = at;
    const dimensions = options.dimensions ?? Array.from({ length: opened.vae.latentDim }, (_, d) => d);
    for (const dimension of dimensions) checkDimension(dimension, opened.vae.latentDim);
    const { kl, statistics } = await measure(at, range);
    const walk = (frames: number): Walk =>
      step === undefined ? rangeWalk(range, frames, statistics) : stepWalk(step, steps ?? 30);
    const long = walk(steps ?? 21);
    const starts = await chooseStarts(at, options);
    const sorted = descending(kl ?? []).filter((d) => dimensions.includes(d));
    const order = kl === undefined ? dimensions : sorted;
    const { parts = ["sheet", "combined", "loops"] } = options;
    const out = new FigureFiles(opened, "traverse", options.out);
    if (parts.includes("sheet")) {
      const short = step === undefined ? walk(SHEET_COLUMNS) : stepWalk((step * (steps ?? 30)) / 10, 10);
      await out.picture(await sheet(at, order, { walk: short, starts, kl }));
    }
    if (parts.includes("combined") || parts.includes("loops")) {
      await loops(at, order, { walk: long, starts, options, out });
    }
    const described = order.map((dimension) => {
      const values = long.values(dimension);
      return { dimension, kl: kl?.[dimension], from: values[0]!, to: values.at(-1)! };
    });
    const { mean, deviation, minimum, maximum } = statistics ?? {};
    out.csv(
      ["dimension", "kl_nats", "from", "to", "mean", "deviation", "smallest_mean", "largest_mean"],
      described.map((one) => [
        one.dimension,
        one.kl ?? "",
        one.from,
        one.to,
        ...[mean, deviation, minimum, maximum].map((of) => of?.[one.dimension] ?? ""),
      ]),
    );
    return { paths: out.paths, step: opened.step, dimensions: described, range: long.description };
  });
}

/** Only ranges of the aggregate posterior can't do without the data. */
async function measure(
  at: Looking,
  range: TraversalRange,
): Promise<{ kl: ArrayLike<number> | undefined; statistics?: LatentStatistics }> {
  if (!needsStatistics(range)) return klAtHand(at);
  const statistics = await statisticsOf(at);
  return { kl: statistics.kl, statistics };
}

/** A row for each dimension: from the first start, or from the origin where the starts are draws. */
async function sheet(
  { opened, model }: Looking,
  order: readonly number[],
  { walk, starts, kl }: { walk: Walk; starts: Starts; kl: ArrayLike<number> | undefined },
): Promise<Picture> {
  const { latentDim } = opened.vae;
  const isImage = starts.kind === "images";
  const start = isImage ? starts.latents.slice(0, latentDim) : new Float32Array(latentDim);
  const latents = new Float32Array(order.length * walk.frames * latentDim);
  order.forEach((dimension, row) => {
    latents.set(walk.latents(start, latentDim, dimension), row * walk.frames * latentDim);
  });
  const count = order.length * walk.frames;
  const { classes } = starts;
  const images = await model.decode(latents, classes && new Array<number>(count).fill(classes[0]!));
  const others = isImage ? "at the posterior mean of the first image" : "at 0";
  return labelledSheet(images, {
    title: describeModel(opened),
    subtitle: `each latent: ${walk.description}; the others ${others}`,
    rows: order.map((d) => ({ label: `latent ${d}`, note: kl && `KL ${kl[d]!.toFixed(2)} nats` })),
    columns: walk.frames,
    columnTitles: walk.shared
      ? walk.values(0).map((value) => formatCoordinate(value, walk.relative))
      : undefined,
  });
}

interface Loops {
  readonly walk: Walk;
  readonly starts: Starts;
  readonly options: TraverseOptions;
  readonly out: FigureFiles;
}

/** Writes the animations: all dimensions together, and each by itself. */
async function loops(
  at: Looking,
  order: readonly number[],
  { walk, starts, options, out }: Loops,
): Promise<void> {
  const { parts = ["combined", "loops"], columns = 4, milliseconds = 80, onProgress } = options;
  const imageColumns = Math.ceil(Math.sqrt(starts.count));
  const grids: MovingGrid[] = [];
  for (const [i, dimension] of order.entries()) {
    onProgress?.({ stage: "decoding", done: i, total: order.length });
    grids.push(await movingGrid(at, dimension, walk, starts, options.oneWay === true));
  }
  if (parts.includes("combined")) {
    const across = Math.min(columns, grids.length);
    const frames = gridFrames(grids, { imageColumns, columns: across, targetWidth: 120 });
    out.gif(await encodeGif(frames.map(paintCaptions), { milliseconds }), "-all");
  }
  if (!parts.includes("loops")) return;
  for (const [i, dimension] of order.entries()) {
    onProgress?.({ stage: "writing animations", done: i, total: order.length });
    const frames = gridFrames([grids[i]!], { imageColumns, targetWidth: 240 });
    const gif = await encodeGif(frames.map(paintCaptions), { milliseconds });
    out.gif(gif, `-dim${String(dimension).padStart(2, "0")}`);
  }
}

async function movingGrid(
  { opened, model }: Looking,
  dimension: number,
  walk: Walk,
  { latents, count, classes }: Starts,
  oneWay: boolean,
): Promise<MovingGrid> {
  const moments = oneWay ? Array.from({ length: walk.frames }, (_, i) => i) : thereAndBack(walk.frames);
  const repeated = classes && Array.from({ length: count * walk.frames }, (_, i) => classes[i % count]!);
  const decoded = await model.decode(walk.latents(latents, opened.vae.latentDim, dimension), repeated);
  const values = walk.values(dimension);
  return {
    images: pick(
      decoded,
      moments.flatMap((frame) => Array.from({ length: count }, (_, k) => frame * count + k)),
    ),
    titles: moments.map((frame) => `Dimension ${dimension}: ${formatCoordinate(values[frame]!, true)}`),
  };
}
