/**
 * `traverse`: one latent dimension moves while the others stay. A loop for each dimension, all of them in one, and
 * the static sheet with the dimensions sorted by what they carry.
 */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { formatFixed, latentLabel } from "../../base/format.ts";
import { range } from "../../base/lists.ts";
import {
  encodeGif,
  evenColumns,
  formatCoordinate,
  gridFrames,
  labelledSheet,
  type MovingGrid,
  type Picture,
  paintFrames,
} from "../../figures/node.ts";
import {
  checkDimension,
  descending,
  needsStatistics,
  type PriorMixture,
  priorMedians,
  rangeKinds,
  sheetLatents,
  type TraversalRange,
  thereAndBack,
} from "../../latent/index.ts";
import type { Artifact } from "../artifacts.ts";
import { bare, className, computing, delay, flag, index, pictures, seed, split, whole } from "../options.ts";
import { pick } from "./choose.ts";
import { chooseStarts, rangeWalk, type Starts, startCount, startKinds, stepWalk, type Walk } from "./walk.ts";
import {
  type Drawing,
  defineDrawing,
  describeModel,
  drawnLatents,
  klAtHand,
  statisticsOf,
} from "./with-model.ts";

const options = z.strictObject({
  ...computing,
  split,
  from: z.enum(startKinds).optional().describe("where the other dimensions stand (default: prior)"),
  index: index("start from the posterior means of these images"),
  count: whole(1, "starts in each grid (default: 16; 9 above 16 latents, 4 above 32; 1 from zeros)"),
  dims: z
    .array(z.int().nonnegative())
    .min(1)
    .optional()
    .describe("only these dimensions, in this order: 7,0 (default: all; of more than 32 the most active 32)"),
  order: z
    .enum(["kl", "index"])
    .optional()
    .describe("the largest KL first, or the latents' own order (default: kl, or as `dims` lists them)"),
  range: z
    .enum(rangeKinds)
    .optional()
    .describe(
      "values to go through: ±reach, prior quantiles, or of the aggregate posterior (default: fixed; of a learned prior quantiles)",
    ),
  reach: z
    .number()
    .nonnegative()
    .optional()
    .describe("r of fixed (default 3), σs of sigma (default 2), tail of quantiles (default 0.01)"),
  step: z
    .number()
    .refine((step) => step !== 0, "0 moves nothing")
    .optional()
    .describe("instead of a range: the offset added per frame, positive or negative"),
  steps: whole(2, "frames from end to end (default: 21); with `step`, steps from the start (default: 30)"),
  oneWay: flag("restart at the first frame instead of playing backwards"),
  delay: delay(80),
  columns: z.int().min(1).default(4).describe("loops in a row of the combined animation"),
  only: z.enum(["sheet", "loops", "combined"]).optional().describe("draw this alone"),
  seed,
  class: className("the class, of a conditional model (default: all in turn)"),
  bare,
  pictures,
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  range: z.string().describe("the values, in words"),
  dimensions: z
    .array(
      z.object({
        dimension: z.int().describe("index of the latent, from 0"),
        kl: z.number().optional().describe("nats per image; absent when there is no data to measure it on"),
        meaning: z.string().optional().describe("what it goes with, where labels or factors are known"),
        from: z.number().describe("first value, or offset with step"),
        to: z.number().describe("last value, or offset with step"),
      }),
    )
    .describe("from top to bottom"),
});

type Options = z.output<typeof options>;

const SHEET_COLUMNS = 11;
const FRAMES = 21;
const STEPS = 30;

export const traverse = defineDrawing({
  name: "traverse",
  summary: "a loop for each latent dimension, all in one, and a sheet sorted by KL",
  example: "betalab traverse runs/mnist-conv-beta10 --step 0.2 --steps 30",
  options,
  value,
  async draw(at, options) {
    const { opened } = at;
    const { step, steps, only } = options;
    const prior = await at.model.prior();
    const range = rangeOf(options, prior);
    const { latentDim } = opened.vae;
    for (const [i, dimension] of (options.dims ?? []).entries()) {
      checkDimension(dimension, latentDim);
      if (options.dims!.indexOf(dimension) < i)
        throw new BetalabError("usage", `\`dims\` names latent ${dimension} twice`, "name each once");
    }
    const { kl, statistics } = await measure(at, range);
    const dimensions = options.dims ?? drawnLatents(latentDim, kl, at.tell, "; `dims` chooses others");
    const usual = startCount(options, latentDim);
    const frames = steps ?? (step === undefined ? FRAMES : STEPS);
    at.model.checkRoom(
      dimensions.length * (only === "sheet" ? SHEET_COLUMNS : 2 * frames * usual),
      `\`steps\` ${frames}, \`count\` ${usual}`,
    );
    const walk = (frames: number): Walk =>
      step === undefined ? rangeWalk(range, frames, statistics, prior) : stepWalk(step, steps ?? STEPS);
    const long = walk(steps ?? FRAMES);
    const starts = await chooseStarts(at, options);
    const order = inOrder(dimensions, options, kl);
    const artifacts: Artifact[] = [];
    if (only === undefined || only === "sheet") {
      const short = step === undefined ? walk(SHEET_COLUMNS) : stepWalk((step * (steps ?? STEPS)) / 10, 10);
      const { bare } = options;
      const picture = await sheet(at, order, { walk: short, starts, prior, kl, statistics, bare });
      artifacts.push({ kind: "picture", picture });
    }
    if (only !== "sheet") artifacts.push(...(await loops(at, order, { walk: long, starts, options })));
    const described = order.map((dimension) => {
      const values = long.values(dimension);
      const meaning = statistics?.meanings[dimension]?.plain;
      return { dimension, kl: kl?.[dimension], meaning, from: values[0]!, to: values.at(-1)! };
    });
    const { mean, deviation, minimum, maximum } = statistics ?? {};
    artifacts.push({
      kind: "table",
      heading: ["dimension", "kl_nats", "from", "to", "mean", "deviation", "smallest_mean", "largest_mean"],
      rows: described.map((one) => [
        one.dimension,
        one.kl,
        one.from,
        one.to,
        ...[mean, deviation, minimum, maximum].map((of) => of?.[one.dimension]),
      ]),
    });
    return { value: { step: opened.step, range: long.description, dimensions: described }, artifacts };
  },
});

function inOrder(
  dimensions: readonly number[],
  { dims, order = dims === undefined ? "kl" : undefined }: Options,
  kl: ArrayLike<number> | undefined,
): readonly number[] {
  if (order === "index") return dimensions.toSorted((a, b) => a - b);
  if (order === undefined || kl === undefined) return dimensions;
  return descending(kl).filter((d) => dimensions.includes(d));
}

/** The range that the options ask for; unused with `step`. */
function rangeOf({ range, reach, step }: Options, prior: PriorMixture | undefined): TraversalRange {
  if (step !== undefined && (range !== undefined || reach !== undefined)) {
    throw new BetalabError(
      "usage",
      `\`step\` and \`${range === undefined ? "reach" : "range"}\` exclude each other`,
      "`step` moves on from the start, `range` sets values",
    );
  }
  // Where a learned prior has its mass none but itself knows.
  const kind = range ?? (prior === undefined || reach !== undefined ? "fixed" : "quantiles");
  switch (kind) {
    case "fixed":
      return { kind, r: reach ?? 3 };
    case "sigma":
      return { kind, sigmas: reach ?? 2 };
    case "minmax":
      if (reach === undefined) return { kind };
      throw new BetalabError("usage", "`range` minmax has its ends from the data", "leave `reach` out");
    case "quantiles":
      if (reach === undefined || (reach > 0 && reach < 0.5)) return { kind, tail: reach ?? 0.01 };
      throw new BetalabError("usage", `\`reach\` is ${reach}: the tail of quantiles is between 0 and 0.5`);
    default:
      return kind satisfies never;
  }
}

type Measured = Awaited<ReturnType<typeof klAtHand>>;

/** Only ranges of the aggregate posterior can't do without the data. */
async function measure(at: Drawing, range: TraversalRange): Promise<Measured> {
  if (!needsStatistics(range)) return klAtHand(at);
  const statistics = await statisticsOf(at);
  return { kl: statistics.kl, statistics };
}

interface Sheet extends Measured {
  readonly walk: Walk;
  readonly starts: Starts;
  readonly prior: PriorMixture | undefined;
  readonly bare: boolean;
}

/** A row for each dimension: from the first start, or from the prior's medians where the starts are draws. */
async function sheet(
  { opened, model }: Drawing,
  order: readonly number[],
  { walk, starts, prior, kl, statistics, bare }: Sheet,
): Promise<Picture> {
  const { latentDim } = opened.vae;
  const start = starts.kind === "prior" ? priorMedians(latentDim, prior) : starts.latents.slice(0, latentDim);
  const latents = sheetLatents(order, (d) => walk.latents(start, latentDim, d));
  const images = await model.decode(latents, starts.classes?.[0]);
  const middle = prior === undefined ? "at 0" : "at the prior's medians";
  const others = { images: "at the posterior mean of the first image", zeros: "at 0", prior: middle };
  return labelledSheet(images, {
    title: bare ? undefined : describeModel(opened),
    subtitle: bare ? undefined : `each latent: ${walk.description}; the others ${others[starts.kind]}`,
    rows: order.map((d) => ({
      label: latentLabel(d),
      note:
        kl &&
        [`KL ${formatFixed(kl[d]!, 2)} nats`, statistics?.meanings[d]?.short].filter(Boolean).join(", "),
    })),
    columns: walk.frames,
    columnTitles: walk.shared
      ? walk.values(0).map((value) => formatCoordinate(value, walk.relative))
      : undefined,
  });
}

async function loops(
  at: Drawing,
  order: readonly number[],
  { walk, starts, options }: { readonly walk: Walk; readonly starts: Starts; readonly options: Options },
): Promise<Artifact[]> {
  const { only, columns, delay: milliseconds } = options;
  const imageColumns = evenColumns(starts.count);
  const artifacts: Artifact[] = [];
  const grids: MovingGrid[] = [];
  for (const [i, dimension] of order.entries()) {
    at.tell.stage({ stage: "decoding", done: i, total: order.length });
    grids.push(await movingGrid(at, dimension, walk, starts, options.oneWay));
  }
  if (only !== "loops") {
    const across = Math.min(columns, grids.length);
    const frames = gridFrames(grids, { imageColumns, columns: across, targetWidth: 120 });
    const gif = await encodeGif(await paintFrames(frames), { milliseconds });
    artifacts.push({ kind: "animation", name: "all", gif });
  }
  if (only === "combined") return artifacts;
  for (const [i, dimension] of order.entries()) {
    at.tell.stage({ stage: "drawing animations", done: i, total: order.length });
    const frames = gridFrames([grids[i]!], { imageColumns, targetWidth: 240 });
    const gif = await encodeGif(await paintFrames(frames), { milliseconds });
    artifacts.push({ kind: "animation", name: `dim${String(dimension).padStart(2, "0")}`, gif });
  }
  return artifacts;
}

async function movingGrid(
  { opened, model }: Drawing,
  dimension: number,
  walk: Walk,
  { latents, count, classes }: Starts,
  oneWay: boolean,
): Promise<MovingGrid> {
  const moments = oneWay ? range(walk.frames) : thereAndBack(walk.frames);
  const repeated = classes && range(count * walk.frames).map((i) => classes[i % count]!);
  const decoded = await model.decode(walk.latents(latents, opened.vae.latentDim, dimension), repeated);
  const values = walk.values(dimension);
  return {
    images: pick(
      decoded,
      moments.flatMap((frame) => range(count).map((k) => frame * count + k)),
    ),
    titles: moments.map((frame) => `${latentLabel(dimension)}: ${formatCoordinate(values[frame]!, true)}`),
  };
}
