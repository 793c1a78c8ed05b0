/**
 * What the dimensions of an array of images mean: `[count, height, width]`, with the channels last or before the height;
 * `[count, pixels]` with a shape that a person gives; the count last, as MATLAB has it. And images of that layout as
 * `[height, width, channel]` of one or three channels. Pure.
 */

import { BetalabError } from "../../base/errors.ts";
import { lengthOf } from "../formats/numbers.ts";
import { type ImagesShape, imageBytes } from "../images.ts";

export interface Layout {
  /** What the images become. */
  readonly shape: ImagesShape;
  /** Channels in the file: 2 and 4 have their opacity last. */
  readonly stored: 1 | 2 | 3 | 4;
  /** Where each value of `[height, width, stored channel]` lies among those of its image; absent: in that order. */
  readonly order?: Uint32Array | undefined;
  /** True where the file has the first value of every image, then the second of every image, …. */
  readonly interleaved: boolean;
  readonly notes: readonly string[];
}

/** How an array lies in its file, and what a person says of it. */
export interface LayoutHints {
  /** True where the first index runs fastest. */
  readonly fortran?: boolean | undefined;
  /** True for MATLAB's arrays, whose last dimension commonly counts the images. */
  readonly matlab?: boolean | undefined;
  /** `data.shape`: the dimensions of one image. */
  readonly shape?: readonly number[] | undefined;
  /** `data.count`: which dimension counts the images. */
  readonly count?: "first" | "last" | undefined;
  /** `data.transposed`: the columns of an image come one after another. */
  readonly transposed?: boolean | undefined;
}

const advice =
  "images are [count, height, width], [count, height, width, channel] or [count, channel, height, width]";

const isChannels = (size: number | undefined): size is 1 | 2 | 3 | 4 => [1, 2, 3, 4].includes(size!);

/** The layout of an array of these dimensions. Throws `data` naming `label` for dimensions that are no images. */
export function layoutOf(dimensions: readonly number[], hints: LayoutHints, label: string): Layout {
  const { fortran = false, shape: given, transposed = false } = hints;
  const shown = dimensions.join(" × ") || "a single number";
  const last = countsLast(dimensions, hints);
  // MATLAB's own sets have several counts behind: 128 × 128 × 3 × 24 azimuths × 4 elevations.
  const rank = last ? Math.max(1, Math.min(dimensions.length - 1, isChannels(dimensions[2]) ? 3 : 2)) : 1;
  const own = last ? dimensions.slice(0, given ? dimensions.length - 1 : rank) : dimensions.slice(1);
  const count = last ? lengthOf(dimensions.slice(own.length)) : (dimensions[0] ?? 0);
  const image = given ?? own;
  if (given && lengthOf(given) !== lengthOf(own)) {
    throw new BetalabError(
      "data",
      `data.shape: [${given.join(", ")}] has ${lengthOf(given)} values, an image of ${label} ${lengthOf(own)} (${shown})`,
    );
  }
  if (image.length < 2 || image.length > 3) {
    throw new BetalabError(
      "data",
      `${label}: ${shown} is not a set of images`,
      shapeAdvice(dimensions, hints),
    );
  }
  const planar = image.length === 3 && !isChannels(image[2]);
  const stored = image.length === 2 ? 1 : planar ? image[0] : image[2];
  if (!isChannels(stored)) {
    throw new BetalabError("data", `${label}: ${shown} has no dimension of 1 to 4 channels`, advice);
  }
  const sides = planar ? [image[1]!, image[2]!] : [image[0]!, image[1]!];
  const [height, width] = (transposed && !given ? sides.toReversed() : sides) as [number, number];
  if (count * height * width === 0)
    throw new BetalabError("data", `${label}: ${shown}, there are no images in it`);
  const names = planar
    ? ["channel", "height", "width"]
    : ["height", "width", "channel"].slice(0, image.length);
  const read = last ? [...names, "count"] : ["count", ...names];
  const notes = planar || last ? [`${label}: ${shown} is read as [${read.join(", ")}]`] : [];
  if (stored === 2 || stored === 4)
    notes.push(`${label}: the last of ${stored} channels is taken as opacity; the images lie on white`);
  return {
    shape: { count, height, width, channels: stored < 3 ? 1 : 3 },
    stored,
    order: orderOf({ height, width, stored, planar, transposed, own: fortran ? own : undefined }),
    interleaved: fortran !== last,
    notes,
  };
}

/** What is said, else what a given shape leaves; for MATLAB's arrays what their dimensions look like. */
function countsLast(dimensions: readonly number[], { count, shape, matlab }: LayoutHints): boolean {
  if (count !== undefined) return count === "last";
  const [first = 0, second = 0, third = 0] = dimensions;
  if (shape) {
    const size = lengthOf(shape);
    return size !== lengthOf(dimensions.slice(1)) && size === lengthOf(dimensions.slice(0, -1));
  }
  if (!matlab || dimensions.length < 3) return false;
  if (dimensions.length > 3) return isChannels(third);
  return !(second === third && first !== second);
}

function shapeAdvice(dimensions: readonly number[], { matlab }: LayoutHints): string {
  // In MATLAB's tables an image is commonly a column.
  const [values = 0] = matlab ? dimensions : dimensions.slice(1);
  if (dimensions.length !== 2) return advice;
  const [square, colour] = [Math.sqrt(values), Math.sqrt(values / 3)];
  const proposal = [square, colour].findIndex((side) => Number.isInteger(side) && side > 1);
  const hint = [
    `data.shape: [${square}, ${square}]`,
    `data.shape: [${colour}, ${colour}, 3], or [3, ${colour}, ${colour}]`,
  ];
  return `say how the ${values} values of an image lie: ${hint[proposal] ?? "data.shape: [height, width]"}`;
}

interface Place {
  readonly height: number;
  readonly width: number;
  readonly stored: number;
  readonly planar: boolean;
  readonly transposed: boolean;
  /** An image's own dimensions, where the first of them runs fastest. */
  readonly own: readonly number[] | undefined;
}

function orderOf({ height, width, stored, planar, transposed, own }: Place): Uint32Array | undefined {
  const [row, column] = transposed ? [1, height] : [width, 1];
  const [perPixel, perChannel] = planar ? [1, height * width] : [stored, 1];
  const order = new Uint32Array(height * width * stored);
  let plain = true;
  for (let at = 0; at < order.length; at++) {
    const pixel = Math.floor(at / stored);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const index = (y * row + x * column) * perPixel + (at % stored) * perChannel;
    order[at] = own ? fastestFirst(index, own) : index;
    plain &&= order[at] === at;
  }
  return plain ? undefined : order;
}

/** Where the value of row-major `index` lies when the first of the dimensions runs fastest. */
function fastestFirst(index: number, dimensions: readonly number[]): number {
  let stride = lengthOf(dimensions);
  let offset = 0;
  for (const length of dimensions.toReversed()) {
    stride /= length;
    offset += (index % length) * stride;
    index = Math.floor(index / length);
  }
  return offset;
}

/** Bytes of one image as the file has it. */
export const storedBytes = ({ shape, stored }: Layout): number => shape.height * shape.width * stored;

/** Whole images of the layout, one after another, as `[height, width, channel]`; the same array where nothing has to change. */
export function arrange(pixels: Uint8Array<ArrayBuffer>, layout: Layout): Uint8Array<ArrayBuffer> {
  const { shape, stored, order } = layout;
  const { channels } = shape;
  if (order === undefined && stored === channels) return pixels;
  const size = storedBytes(layout);
  const count = pixels.length / size;
  const out = new Uint8Array(count * imageBytes(shape));
  for (let image = 0, to = 0; image < count; image++) {
    const value = (at: number) => pixels[image * size + (order ? order[at]! : at)]!;
    for (let from = 0; from < size; from += stored) {
      const opacity = stored === channels ? 255 : value(from + channels);
      for (let channel = 0; channel < channels; channel++) {
        const one = value(from + channel);
        out[to++] = opacity === 255 ? one : Math.round((one * opacity) / 255 + 255 - opacity);
      }
    }
  }
  return out;
}

/** Interleaved images one after another. */
export function deinterleave(pixels: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
  const size = pixels.length / count;
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < size; i++) {
    for (let image = 0; image < count; image++) out[image * size + i] = pixels[i * count + image]!;
  }
  return out;
}

/** Values in Fortran order (the first index runs fastest) in C order. */
export function fromFortran<T extends ArrayLike<number>>(values: T, dimensions: readonly number[]): T {
  const out = (values as unknown as Float64Array).slice();
  const [count = 1, ...rest] = dimensions;
  const size = values.length / count;
  // Where the values of one image lie in the file, in the image's own C order.
  const offsets = Float64Array.from({ length: size }, (_, i) => count * fastestFirst(i, rest));
  for (let i = 0; i < size; i++) {
    const from = offsets[i]!;
    for (let image = 0; image < count; image++) out[image * size + i] = values[from + image]!;
  }
  return out as unknown as T;
}
