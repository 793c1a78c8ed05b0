/** `betalab interpolate`: the way between images through the latent space, as a strip, a loop and a grid of four. */

import { BetalabError } from "../../base/errors.ts";
import {
  encodeGif,
  gridFrames,
  interpolationGridPicture,
  interpolationStrip,
  paintCaptions,
} from "../../figures/node.ts";
import {
  type InterpolationKind,
  interpolationGrid,
  interpolationKinds,
  interpolationPath,
  thereAndBack,
} from "../../latent/index.ts";
import { type Chosen, chooseIndices, choosePictures, indicesOfLabel, joinChosen } from "./choose.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { type Looking, type LookOptions, look } from "./looking.ts";
import { latentNames } from "./sample.ts";

export interface InterpolateOptions extends LookOptions {
  /** Two images, or four for the corners of a grid, by index. */
  readonly indices?: readonly number[] | undefined;
  /** The first image of each label. */
  readonly fromLabel?: string | undefined;
  readonly toLabel?: string | undefined;
  /** Two or four picture files. */
  readonly files?: readonly string[] | undefined;
  /** Both ends included. Default 10. */
  readonly steps?: number | undefined;
  /** Default: both, one under the other. */
  readonly kind?: InterpolationKind | undefined;
  /** Class of the files, for a conditional model. */
  readonly className?: string | undefined;
}

export interface Interpolated extends Drawn {
  readonly from: string;
  readonly to: string;
  readonly steps: number;
  readonly kinds: readonly InterpolationKind[];
}

export async function drawInterpolation(
  path: string,
  options: InterpolateOptions = {},
): Promise<Interpolated> {
  return look(path, options, async (at) => {
    const { opened, model } = at;
    const { latentDim } = opened.vae;
    const { steps = 10 } = options;
    const kinds = options.kind === undefined ? interpolationKinds : [options.kind];
    const ends = await chooseEnds(at, options);
    const { mean } = await model.encode(ends.images, ends.classes);
    const latent = (i: number): Float32Array => mean.subarray(i * latentDim, (i + 1) * latentDim);
    // Between two classes there is nothing to decode: a conditional model keeps the first image's.
    const classes = (count: number) => ends.classes && new Array<number>(count).fill(ends.classes[0]!);
    const out = new FigureFiles(opened, "interpolate", options.out);
    const paths = kinds.map((kind) => interpolationPath(latent(0), latent(1), steps, kind));
    const rows = await Promise.all(paths.map((one) => model.decode(one, classes(steps))));
    await out.picture(
      interpolationStrip(
        ends.images,
        kinds.map((label, i) => ({ label, images: rows[i]! })),
        [`image ${ends.names[0]}`, `image ${ends.names[1]}`],
      ),
    );
    // Slower than the strip: in-between frames make the change smooth.
    const moments = thereAndBack(3 * steps - 2);
    const fine = await Promise.all(
      kinds.map((kind) =>
        model.decode(interpolationPath(latent(0), latent(1), 3 * steps - 2, kind), classes(3 * steps - 2)),
      ),
    );
    const frames = gridFrames(
      fine.map((images, i) => ({
        images: pick(images, moments),
        titles: moments.map(() => kinds[i]!),
      })),
      { imageColumns: 1, targetWidth: 140 },
    );
    out.gif(await encodeGif(frames.map(paintCaptions)));
    if (ends.images.count === 4) {
      const corners = {
        topLeft: latent(0),
        topRight: latent(1),
        bottomLeft: latent(2),
        bottomRight: latent(3),
      };
      for (const kind of kinds) {
        const grid = interpolationGrid(corners, steps, steps, kind);
        const images = await model.decode(grid, classes(steps * steps));
        await out.picture(interpolationGridPicture(images, steps, kind), `-grid-${kind}`);
      }
    }
    const heading = ["kind", "step", "t", ...latentNames(latentDim)];
    const table = kinds.flatMap((kind, k) =>
      Array.from({ length: steps }, (_, i) => [
        kind,
        i,
        i / (steps - 1),
        ...paths[k]!.subarray(i * latentDim, (i + 1) * latentDim),
      ]),
    );
    out.csv(heading, table);
    return { paths: out.paths, step: opened.step, from: ends.names[0]!, to: ends.names[1]!, steps, kinds };
  });
}

/** Two images, or four where there are as many: the corners of the grid. */
async function chooseEnds({ opened, split }: Looking, options: InterpolateOptions): Promise<Chosen> {
  const { files = [], indices, fromLabel, toLabel } = options;
  if (files.length > 0) {
    checkEnds(files.length, "picture files");
    return choosePictures(opened.vae, files, options.className);
  }
  const data = await split();
  if (indices !== undefined && indices.length > 0) {
    checkEnds(indices.length, "indices");
    return chooseIndices(data, indices);
  }
  if ((fromLabel === undefined) !== (toLabel === undefined)) {
    throw new BetalabError("usage", "an interpolation has two ends", "give both --from-label and --to-label");
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
  checkEnds(count === 3 ? 2 : count, "images in the split");
  return chooseIndices(data, [0, 1, 2, 3].slice(0, count === 3 ? 2 : count));
}

function checkEnds(count: number, what: string): void {
  if (count === 2 || count === 4) return;
  throw new BetalabError("usage", `an interpolation is between 2 images, or 4 corners: ${count} ${what}`);
}

/** The images `order` of a stack. */
export function pick<
  T extends { count: number; height: number; width: number; channels: 1 | 3; pixels: Uint8Array },
>(images: T, order: readonly number[]): T {
  const size = images.height * images.width * images.channels;
  const pixels = new Uint8Array(order.length * size);
  order.forEach((from, to) => {
    pixels.set(images.pixels.subarray(from * size, (from + 1) * size), to * size);
  });
  return { ...images, count: order.length, pixels };
}
