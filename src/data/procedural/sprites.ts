/**
 * `sprites`: the idea of dSprites (Matthey et al. 2017, "dSprites: Disentanglement testing Sprites dataset")
 * without the download: white shapes on black over the complete grid of shape, scale, orientation, x and y,
 * at any size. The geometry is measured from the original (at 64×64: a square of side 19.2, an ellipse of
 * 25.6 × 14.4, a heart of about 19 × 19, centres from 16 to 48), but the pixels are our own: numbers published
 * for dSprites belong to dSprites.
 *
 * Images are drawn when they are read, never stored: a shape is a polygon, and a pixel is white when its centre
 * lies inside. That rule keeps positions that aren't whole pixels exact (a shifted stencil would round them),
 * and filling by scan line costs one crossing per edge and row, about 3 µs for a 64×64 image.
 *
 * A square looks the same four times in a turn and an ellipse twice. With orientations a whole fraction of a turn
 * apart a training and a held-out split would share pictures, so a turn is n − ¼ steps long for n levels: no
 * two angles are a quarter turn apart. (Ten levels are then exactly every fourth of dSprites' forty; those
 * forty include both 0 and 2π.)
 */
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { evenly } from "../../base/lists.ts";
import type { Factor, Images, Labels, Split } from "../dataset.ts";
import { gridLevels } from "../factors.ts";
import { lengthOf } from "../formats/numbers.ts";
import { checkRead } from "../images.ts";
import { parseOptions } from "./options.ts";

/** Outline points in units of the image's size, at scale 1, y downwards, around the point that "x, y" places. */
type Outline = readonly (readonly [x: number, y: number])[];

const outlines = {
  square: [
    [-0.15, -0.15],
    [0.15, -0.15],
    [0.15, 0.15],
    [-0.15, 0.15],
  ],
  ellipse: around((angle) => [0.2 * Math.cos(angle), 0.1125 * Math.sin(angle)]),
  heart: around((angle) => {
    const height =
      13 * Math.cos(angle) - 5 * Math.cos(2 * angle) - 2 * Math.cos(3 * angle) - Math.cos(4 * angle);
    return [0.151 * Math.sin(angle) ** 3, -0.01027 * (height + 2.7)];
  }),
} as const satisfies Record<string, Outline>;

/** A smooth outline as a polygon; with 96 corners it is off by less than 1 % of a pixel at 64×64. */
function around(point: (angle: number) => [number, number]): Outline {
  return Array.from({ length: 96 }, (_, corner) => point((2 * Math.PI * corner) / 96));
}

type Shape = keyof typeof outlines;
const shapeNames = ["square", "ellipse", "heart"] as const satisfies readonly Shape[];

/** More images than this and the table of levels alone would fill the memory of a page. */
const mostImages = 4_000_000;

export const spritesOptions = z.strictObject({
  size: z.int().min(16).max(512).default(64).describe("height and width in pixels"),
  shapes: z
    .array(z.enum(shapeNames))
    .min(1)
    .refine((shapes) => new Set(shapes).size === shapes.length, "a shape is listed twice")
    .default([...shapeNames])
    .describe("which shapes, in the order of the factor's levels"),
  scales: z.int().min(1).max(64).default(6).describe("levels of scale, from 0.5 to 1"),
  orientations: z.int().min(1).max(360).default(10).describe("levels of orientation, from 0 to below 2π"),
  positions: z.int().min(1).max(256).default(16).describe("levels of x and of y, from 0 to 1"),
});

/**
 * Images `[count, size, size, 1]` with pixels 0 and 255, every combination of levels once. The index runs as
 * dSprites' does: shape slowest, then scale, orientation (radians, counter-clockwise), x (right), y (down).
 * The label is the shape; the values of the factor `shape` are dSprites' (1 square, 2 ellipse, 3 heart).
 * Throws `BetalabError` with code `config` for a wrong option or a grid of more than four million images;
 * `read` throws one with code `shape` for an index out of range.
 */
export function sprites(options: z.input<typeof spritesOptions> = {}): Required<Split> {
  const { size, shapes, scales, orientations, positions } = parseOptions("sprites", spritesOptions, options);
  const position = evenly(0, 1, positions);
  const factors: readonly Factor[] = [
    { name: "shape", kind: "categorical", values: shapes.map((shape) => shapeNames.indexOf(shape) + 1) },
    { name: "scale", values: scales === 1 ? [1] : evenly(0.5, 1, scales) },
    {
      name: "orientation",
      values: Array.from(
        { length: orientations },
        (_, level) => (2 * Math.PI * level) / (orientations - 0.25),
      ),
    },
    { name: "x", values: position },
    { name: "y", values: position },
  ];
  const sizes = factors.map(({ values }) => values.length);
  const count = lengthOf(sizes);
  if (count > mostImages) {
    throw new BetalabError(
      "config",
      `sprites: the grid has ${count} images, more than ${mostImages}`,
      "ask for fewer positions, orientations or scales",
    );
  }
  const levels = gridLevels(sizes);
  const shape = { count, height: size, width: size, channels: 1 } as const;
  const images: Images = {
    ...shape,
    read(indices, into) {
      checkRead(shape, indices, into);
      into.fill(0);
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!;
        const value = (factor: number): number =>
          factors[factor]!.values[levels[index * factors.length + factor]!]!;
        const outline = outlines[shapes[levels[index * factors.length]!]!];
        const placed = place(outline, size, value(1), value(2), value(3), value(4));
        fillPolygon(placed, into, i * size * size, size);
      }
    },
  };
  const labels: Labels = {
    names: shapes,
    values: Int32Array.from({ length: count }, (_, i) => levels[i * factors.length]!),
  };
  return { images, factors: { factors, levels, complete: true }, labels };
}

/** The outline in pixels, x, y, x, y, …; `x` and `y` in 0…1 place its origin in the middle half of the image. */
function place(
  outline: Outline,
  size: number,
  scale: number,
  orientation: number,
  x: number,
  y: number,
): Float64Array {
  const placed = new Float64Array(2 * outline.length);
  const cosine = size * scale * Math.cos(orientation);
  const sine = size * scale * Math.sin(orientation);
  for (let i = 0; i < outline.length; i++) {
    const [px, py] = outline[i]!;
    placed[2 * i] = size * (0.25 + 0.5 * x) + cosine * px + sine * py;
    placed[2 * i + 1] = size * (0.25 + 0.5 * y) - sine * px + cosine * py;
  }
  return placed;
}

/**
 * Sets the pixels whose centres lie in the polygon to 255 (even–odd rule) in the black image
 * `[size, size]` of `pixels` that begins at `offset`. The polygon must lie inside the image.
 */
function fillPolygon(polygon: Float64Array, pixels: Uint8Array, offset: number, size: number): void {
  let [left, right, top, bottom] = [size, 0, size, 0];
  let x0 = polygon[polygon.length - 2]!;
  let y0 = polygon[polygon.length - 1]!;
  for (let i = 0; i < polygon.length; i += 2) {
    const x1 = polygon[i]!;
    const y1 = polygon[i + 1]!;
    const first = Math.ceil(Math.min(y0, y1) - 0.5);
    const end = Math.ceil(Math.max(y0, y1) - 0.5);
    const slope = (x1 - x0) / (y1 - y0);
    for (let row = first; row < end; row++) {
      // Mark where the outline is crossed; the marks become spans below.
      const column = Math.ceil(x0 + (row + 0.5 - y0) * slope - 0.5);
      pixels[offset + row * size + column]! ^= 255;
      left = Math.min(left, column);
      right = Math.max(right, column);
    }
    top = Math.min(top, first);
    bottom = Math.max(bottom, end);
    x0 = x1;
    y0 = y1;
  }
  for (let row = top; row < bottom; row++) {
    let inside = 0;
    for (let at = offset + row * size + left; at <= offset + row * size + right; at++) {
      inside ^= pixels[at]!;
      pixels[at] = inside;
    }
  }
}
