/** `progress`: how a run learned, as an animation over its epochs. */

import sharp from "sharp";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { formatCount, latentLabel } from "../../base/format.ts";
import { thinned } from "../../base/lists.ts";
import {
  encodeGif,
  labelledSheet,
  layoutBlocks,
  type Picture,
  paintCaptions,
  titleHeight,
} from "../../figures/node.ts";
import { LatentModel, rangeValues, sheetLatents, traversalLatents } from "../../latent/index.ts";
import { RunDirectory } from "../../runs/index.ts";
import { inferenceState, type OpenRun } from "../../trained/index.ts";
import { State, usedTensors } from "../../training/index.ts";
import { type Teller, telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { openRun, placeOf } from "../open.ts";
import { delay, device } from "../options.ts";
import { type EpochPicture, epochPictures } from "../pictures.ts";
import { drawnLatents, loggedKl } from "./with-model.ts";

const options = z.strictObject({
  of: z
    .enum(["reconstructions", "samples", "traversal"])
    .default("reconstructions")
    .describe("what to animate: pictures of every epoch, or the traversal at each checkpoint that was kept"),
  delay: delay(200),
  device,
  frames: z.int().min(1).default(60).describe("frames at most; epochs in between are skipped evenly"),
});

const value = z.object({
  moments: z.array(z.int()).describe("what the frames show: epochs, or training steps of a traversal"),
});

/** Frames are made smaller than the pictures: a loop of sixty is to fit into a README. */
const WIDEST = 380;

/** The last frame stays longer: it is the result. */
const LAST_MILLISECONDS = 1600;

export const progress = defineJob({
  name: "progress",
  summary: "an animation of reconstructions, samples or a traversal over training",
  example: "betalab progress runs/mnist-mlp-20 --of samples",
  takes: "run",
  options,
  value,
  artifacts: true,
  run: (context, { of, delay: milliseconds, frames: most, device }) =>
    telling(context.signal, async (tell) => {
      const { subject } = context;
      const found =
        of === "traversal"
          ? await traversals(openRun(subject, placeOf(context, { device }, tell), tell), tell)
          : await momentsOf(subject, of);
      const chosen = thinned(found, most);
      const frames = [];
      const moments: number[] = [];
      for (const [done, { moment, draw }] of chosen.entries()) {
        tell.stage({ stage: "drawing frames", done, total: chosen.length });
        try {
          frames.push(paintCaptions(await draw()));
          moments.push(moment);
        } catch (error) {
          if (!(error instanceof BetalabError) || error.code === "interrupted") throw error;
          tell.note(`${error.message}: it is left out`);
        }
      }
      if (frames.length === 0) throw new BetalabError("run", `${subject}: nothing of ${of} can be read`);
      const lastMilliseconds = Math.max(milliseconds, LAST_MILLISECONDS);
      const gif = await encodeGif(frames, { milliseconds, lastMilliseconds });
      return {
        value: { moments },
        artifacts: [
          { kind: "animation", gif },
          {
            kind: "table",
            heading: ["frame", of === "traversal" ? "step" : "epoch"],
            rows: moments.map((moment, i) => [i, moment]),
          },
        ],
        stem: `progress-${of}`,
        folder: subject,
      };
    }),
});

interface Moment {
  readonly moment: number;
  draw(): Promise<Picture>;
}

async function momentsOf(path: string, of: EpochPicture["kind"]): Promise<Moment[]> {
  const pictures = epochPictures(RunDirectory.open(path)).filter(({ kind }) => kind === of);
  if (pictures.length === 0) {
    throw new BetalabError(
      "run",
      `${path} has no pictures of ${of} yet`,
      "training writes them after every epoch",
    );
  }
  return pictures.map(({ epoch, path: file }) => ({
    moment: epoch,
    async draw() {
      const { data, info } = await readFrame(file).catch((cause: Error) => {
        throw new BetalabError("run", `${file} can't be read (${cause.message})`, undefined, { cause });
      });
      return layoutBlocks([
        { raster: { width: info.width, height: info.height, pixels: data }, title: `epoch ${epoch}` },
      ]);
    },
  }));
}

/** A picture without its title, which would be too small to read: the frame has one of its own. */
async function readFrame(file: string) {
  const { width, height } = await sharp(file).metadata();
  return sharp(file)
    .extract({ left: 0, top: titleHeight, width, height: height - titleHeight })
    .resize({ width: WIDEST, withoutEnlargement: true, kernel: "mitchell" })
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** The static traversal at each checkpoint that is there. */
async function traversals(opened: OpenRun, tell: Teller): Promise<Moment[]> {
  const { run, vae } = opened;
  const runtime = await opened.runtime();
  const steps = 9;
  const { latentDim } = vae;
  const drawn = drawnLatents(latentDim, loggedKl(run), tell, "");
  return run.checkpoints.list().map(({ step }) => ({
    moment: step,
    async draw() {
      const state = State.restore(inferenceState(vae), usedTensors(run.checkpoints.read(step).tensors));
      const model = await LatentModel.create(runtime, vae, state);
      const values = rangeValues({ kind: "fixed", r: 3 }, steps, 0);
      const start = new Float32Array(latentDim);
      const latents = sheetLatents(drawn, (d) => traversalLatents(start, latentDim, d, values));
      const images = await model.decode(latents, vae.classes && 0).finally(() => model.release());
      const rows = drawn.map((d) => ({ label: latentLabel(d) }));
      return labelledSheet(images, {
        rows,
        columns: steps,
        title: `step ${formatCount(step)}`,
        targetWidth: 400,
      });
    },
  }));
}
