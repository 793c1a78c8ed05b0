/** `interpolate`: the way between images through the latent space, as a strip, a loop and a grid of four. */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import {
  encodeGif,
  gridFrames,
  interpolationGridPicture,
  interpolationStrip,
  paintFrames,
} from "../../figures/node.ts";
import {
  interpolationGrid,
  interpolationKinds,
  interpolationPath,
  thereAndBack,
} from "../../latent/index.ts";
import type { Artifact } from "../artifacts.ts";
import { bare, className, computing, index, pictures, split, text } from "../options.ts";
import { type Chosen, chooseIndices, choosePictures, indicesOfLabel, joinChosen, pick } from "./choose.ts";
import { captioned, type Drawing, defineDrawing, latentNames } from "./with-model.ts";

const options = z.strictObject({
  ...computing,
  split,
  fromLabel: text("begin at the first image of this label"),
  toLabel: text("end at the first image of this label"),
  index: index("between these two images, or four for the corners of the grid (default: the first four)"),
  steps: z.int().min(2).default(10).describe("images along the way, both ends included"),
  kind: z
    .enum(interpolationKinds)
    .optional()
    .describe("along a line or a great circle (default: both, one under the other)"),
  class: className("the class of your own pictures, for a conditional model"),
  bare,
  pictures,
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  from: z.string().describe("the image where the strip begins"),
  to: z.string().describe("the image where it ends"),
  steps: z.int().describe("images along the way, both ends included"),
  kinds: z.array(z.enum(interpolationKinds)).describe("the paths that were drawn"),
});

type Options = z.output<typeof options>;

export const interpolate = defineDrawing({
  name: "interpolate",
  summary: "the way between two images, or between four, through the latent space",
  example: "betalab interpolate runs/mnist-mlp-50 --from-label 3 --to-label 8",
  options,
  value,
  async draw(at, options) {
    const { opened, model, tell } = at;
    const { latentDim } = opened.vae;
    const { steps } = options;
    const kinds = options.kind === undefined ? [...interpolationKinds] : [options.kind];
    const ends = await chooseEnds(at, options);
    // Strip and loop, and a grid of four corners.
    model.checkRoom(
      kinds.length * (7 * steps + (ends.images.count === 4 ? steps ** 2 : 0)),
      `\`steps\` ${steps}`,
    );
    const { mean } = await model.encode(ends.images, ends.classes);
    const latent = (i: number): Float32Array => mean.subarray(i * latentDim, (i + 1) * latentDim);
    // Between two classes there is nothing to decode: a conditional model keeps the first image's.
    const { classes } = opened.vae;
    const kept = classes && ends.classes?.[0];
    if (kept !== undefined && Array.from(ends.classes!).some((one) => one !== kept))
      tell.note(
        `the model is conditional: all the way is drawn in class ${classes![kept]}, the first image's`,
      );
    const paths = kinds.map((kind) => interpolationPath(latent(0), latent(1), steps, kind));
    const rows = await Promise.all(paths.map((one) => model.decode(one, kept)));
    const picture = interpolationStrip(
      ends.images,
      kinds.map((label, i) => ({ label, images: rows[i]! })),
      [`image ${ends.names[0]}`, `image ${ends.names[1]}`],
    );
    // Slower than the strip: in-between frames make the change smooth.
    const fineSteps = 3 * steps - 2;
    tell.stage({ stage: "drawing the loop", done: 0 });
    const fine = await Promise.all(
      kinds.map((kind) => model.decode(interpolationPath(latent(0), latent(1), fineSteps, kind), kept)),
    );
    const moments = thereAndBack(fineSteps);
    const frames = gridFrames(
      fine.map((images, i) => ({
        images: pick(images, moments),
        titles: moments.map(() => kinds[i]!),
      })),
      { imageColumns: 1, targetWidth: 140 },
    );
    const artifacts: Artifact[] = [
      { kind: "picture", picture: captioned(picture, at, `${steps} steps between two images`, options) },
      { kind: "animation", gif: await encodeGif(await paintFrames(frames)) },
    ];
    if (ends.images.count === 4) {
      const corners = {
        topLeft: latent(0),
        topRight: latent(1),
        bottomLeft: latent(2),
        bottomRight: latent(3),
      };
      for (const [done, kind] of kinds.entries()) {
        tell.stage({ stage: "drawing grids", done, total: kinds.length });
        const grid = interpolationGrid(corners, steps, steps, kind);
        const picture = interpolationGridPicture(await model.decode(grid, kept), steps);
        artifacts.push({
          kind: "picture",
          name: `grid-${kind}`,
          picture: captioned(picture, at, `between four images, ${kind}`, options),
        });
      }
    }
    artifacts.push({
      kind: "table",
      heading: ["kind", "step", "t", ...latentNames(latentDim)],
      rows: kinds.flatMap((kind, k) =>
        Array.from({ length: steps }, (_, i) => [
          kind,
          i,
          i / (steps - 1),
          ...paths[k]!.subarray(i * latentDim, (i + 1) * latentDim),
        ]),
      ),
    });
    const [from, to] = ends.names as [string, string];
    return { value: { step: opened.step, from, to, steps, kinds }, artifacts };
  },
});

/** Two images, or four where there are as many: the corners of the grid. */
async function chooseEnds({ opened, split }: Drawing, options: Options): Promise<Chosen> {
  const { pictures, index, fromLabel, toLabel } = options;
  if (pictures.length > 0) {
    checkEnds(pictures.length, plural(pictures.length, "picture"));
    return choosePictures(opened.vae, pictures, options.class);
  }
  const data = await split();
  if (index !== undefined) {
    checkEnds(index.length, `${plural(index.length, "number")} in \`index\``);
    return chooseIndices(data, index);
  }
  if ((fromLabel === undefined) !== (toLabel === undefined)) {
    throw new BetalabError("usage", "an interpolation has two ends", "give both `fromLabel` and `toLabel`");
  }
  if (fromLabel !== undefined && toLabel !== undefined) {
    const ends = [fromLabel, toLabel].map((label) => indicesOfLabel(data, label, 4));
    // The corners are two of each label; of the same label, two different ones.
    const [from, to] = fromLabel === toLabel ? [ends[0]!, ends[1]!.slice(2)] : [ends[0]!, ends[1]!];
    const corners = [from[0], to[0], from[1], to[1]];
    if (corners.every((corner) => corner !== undefined)) return chooseIndices(data, corners as number[]);
    return joinChosen(chooseIndices(data, [from[0]!]), chooseIndices(data, [to[0] ?? from[1] ?? from[0]!]));
  }
  const count = Math.min(4, data.images.count);
  checkEnds(
    count === 3 ? 2 : count,
    `the split has ${plural(count, "image")}`,
    "`split` takes the other one, `pictures` are your own",
  );
  return chooseIndices(data, [0, 1, 2, 3].slice(0, count === 3 ? 2 : count));
}

function checkEnds(count: number, what: string, hint?: string): void {
  if (count === 2 || count === 4) return;
  throw new BetalabError("usage", `an interpolation is between 2 images, or 4 corners: ${what}`, hint);
}
