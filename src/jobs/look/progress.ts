/** `betalab progress`: how a run learned, as a loop over its epochs. */

import { readdirSync } from "node:fs";
import sharp from "sharp";
import { BetalabError } from "../../base/errors.ts";
import { encodeGif, labelledSheet, layoutBlocks, type Picture, paintCaptions } from "../../figures/node.ts";
import { LatentModel, rangeValues, traversalLatents } from "../../latent/index.ts";
import { RunDirectory } from "../../runs/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import { inferenceState, OpenRun } from "../../trained/index.ts";
import { State, usedTensors } from "../../training/index.ts";
import { FigureFiles } from "./files.ts";

export const progressSubjects = ["reconstructions", "samples", "traversal"] as const;
export type ProgressSubject = (typeof progressSubjects)[number];

export interface ProgressOptions {
  /** From the pictures of every epoch; *traversal* from the checkpoints that were kept. Default reconstructions. */
  readonly of?: ProgressSubject | undefined;
  readonly out?: string | undefined;
  /** Milliseconds of each frame. Default 200. */
  readonly milliseconds?: number | undefined;
  /** Epochs are left out evenly beyond so many frames. Default 60. */
  readonly frames?: number | undefined;
}

export interface ProgressDrawn {
  readonly paths: readonly string[];
  /** What the frames show: epochs, or steps for traversals. */
  readonly moments: readonly number[];
}

/** Frames are made smaller than the pictures: a loop of sixty is to fit into a README. */
const WIDEST = 380;

/** The last frame stays longer: it is the result. */
const LAST_MILLISECONDS = 1600;

export async function drawProgress(path: string, options: ProgressOptions = {}): Promise<ProgressDrawn> {
  const { of = "reconstructions", milliseconds = 200, frames: most = 60 } = options;
  const run = RunDirectory.open(path);
  const found = of === "traversal" ? await traversals(path) : await epochPictures(run, of);
  const chosen = spread(found, most);
  const rasters = [];
  for (const { draw } of chosen) rasters.push(paintCaptions(await draw()));
  const out = new FigureFiles(run, `progress-${of}`, options.out);
  out.gif(
    await encodeGif(rasters, { milliseconds, lastMilliseconds: Math.max(milliseconds, LAST_MILLISECONDS) }),
  );
  const moments = chosen.map(({ moment }) => moment);
  out.csv(
    ["frame", of === "traversal" ? "step" : "epoch"],
    moments.map((moment, i) => [i, moment]),
  );
  return { paths: out.paths, moments };
}

interface Moment {
  readonly moment: number;
  draw(): Promise<Picture>;
}

async function epochPictures(run: RunDirectory, of: "reconstructions" | "samples"): Promise<Moment[]> {
  const pattern = new RegExp(`^${of}-epoch-(\\d+)\\.png$`);
  let names: string[] = [];
  try {
    names = readdirSync(run.in("figures"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const epochs = names
    .flatMap((name) => (pattern.test(name) ? [Number(pattern.exec(name)![1])] : []))
    .sort((a, b) => a - b);
  if (epochs.length === 0) {
    throw new BetalabError(
      "run",
      `${run.path} has no pictures of ${of} yet`,
      "training writes them after every epoch",
    );
  }
  return epochs.map((epoch) => ({
    moment: epoch,
    async draw() {
      const file = run.in("figures", `${of}-epoch-${String(epoch).padStart(4, "0")}.png`);
      const { data, info } = await sharp(file)
        .resize({ width: WIDEST, withoutEnlargement: true, kernel: "mitchell" })
        .removeAlpha()
        .toColourspace("srgb")
        .raw()
        .toBuffer({ resolveWithObject: true });
      return layoutBlocks([
        { raster: { width: info.width, height: info.height, pixels: data }, title: `epoch ${epoch}` },
      ]);
    },
  }));
}

/** The static traversal at each checkpoint that is there. */
async function traversals(path: string): Promise<Moment[]> {
  const { run, vae } = OpenRun.open(path);
  const runtime = await createRuntime();
  const steps = 9;
  return run.checkpoints.list().map(({ step }) => ({
    moment: step,
    async draw() {
      const state = State.restore(inferenceState(vae), usedTensors(run.checkpoints.read(step).tensors));
      const model = await LatentModel.create(runtime, vae, state);
      const values = rangeValues({ kind: "fixed", r: 3 }, steps, 0);
      const latents = new Float32Array(vae.latentDim * steps * vae.latentDim);
      const start = new Float32Array(vae.latentDim);
      for (let d = 0; d < vae.latentDim; d++) {
        latents.set(traversalLatents(start, vae.latentDim, d, values), d * steps * vae.latentDim);
      }
      const classes = vae.classes && new Array<number>(vae.latentDim * steps).fill(0);
      const images = await model.decode(latents, classes);
      await model.release();
      const rows = Array.from({ length: vae.latentDim }, (_, d) => ({ label: `latent ${d}` }));
      return labelledSheet(images, {
        rows,
        columns: steps,
        title: `step ${step.toLocaleString("en")}`,
        targetWidth: 400,
      });
    },
  }));
}

/** At most `most` of them, evenly spread, the first and the last among them. */
function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  if (most < 2) return [all.at(-1)!];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}
