/**
 * What the dimensions of an array of images mean: `[count, height, width]`, with the channels last or before the height,
 * or `[count, pixels]` with a shape that a person gives. And images of that layout as `[height, width, channel]` of one
 * or three channels. Pure.
 */

import { BetalabError } from "../../base/errors.ts";
import { type ImagesShape, imageBytes } from "../images.ts";

export interface Layout {
  /** What the images become. */
  readonly shape: ImagesShape;
  /** Channels in the file: 2 and 4 have their opacity last. */
  readonly stored: 1 | 2 | 3 | 4;
  /** True when the channels come before the height. */
  readonly planar: boolean;
  readonly notes: readonly string[];
}

const advice =
  "images are [count, height, width], [count, height, width, channel] or [count, channel, height, width]";

/**
 * The layout of an array of these dimensions; `given` is `data.shape`, the dimensions of one image.
 *
 * Throws `data` naming `label` for dimensions that are no images.
 */
export function layoutOf(
  dimensions: readonly number[],
  given: readonly number[] | undefined,
  label: string,
): Layout {
  const shown = dimensions.join(" × ") || "a single number";
  const [count = 0, ...own] = dimensions;
  const image = given ?? own;
  const values = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);
  if (given && values(given) !== values(own)) {
    throw new BetalabError(
      "data",
      `data.shape: [${given.join(", ")}] has ${values(given)} values, an image of ${label} ${values(own)} (${shown})`,
    );
  }
  if (image.length < 2 || image.length > 3) {
    const square = Math.sqrt(own[0] ?? 0);
    const colour = Math.sqrt((own[0] ?? 0) / 3);
    const flat = own.length === 1 && dimensions.length === 2;
    const proposal = [square, colour].findIndex((side) => Number.isInteger(side) && side > 1);
    const hint = [
      `data.shape: [${square}, ${square}]`,
      `data.shape: [${colour}, ${colour}, 3], or [3, ${colour}, ${colour}]`,
    ];
    const help = flat
      ? `say how the ${own[0]} values of an image lie: ${hint[proposal] ?? "data.shape: [height, width]"}`
      : advice;
    throw new BetalabError("data", `${label}: ${shown} is not a set of images`, help);
  }
  const isChannels = (size: number | undefined): size is 1 | 2 | 3 | 4 => [1, 2, 3, 4].includes(size!);
  const last = image.length === 2 ? 1 : image[2];
  const planar = !isChannels(last);
  const stored = planar ? image[0] : last;
  if (!isChannels(stored)) {
    throw new BetalabError("data", `${label}: ${shown} has no dimension of 1 to 4 channels`, advice);
  }
  const [height, width] = planar ? [image[1]!, image[2]!] : [image[0]!, image[1]!];
  if (count * height * width === 0)
    throw new BetalabError("data", `${label}: ${shown}, there are no images in it`);
  return {
    shape: { count, height, width, channels: stored < 3 ? 1 : 3 },
    stored,
    planar,
    notes: [
      ...(planar ? [`${label}: ${shown} is read as [count, channel, height, width]`] : []),
      ...(stored === 2 || stored === 4
        ? [`${label}: the last of ${stored} channels is taken as opacity; the images lie on white`]
        : []),
    ],
  };
}

/** Bytes of one image as the file has it. */
export const storedBytes = ({ shape, stored }: Layout): number => shape.height * shape.width * stored;

/** Whole images of the layout as `[height, width, channel]`; the same array where nothing has to change. */
export function arrange(pixels: Uint8Array<ArrayBuffer>, layout: Layout): Uint8Array<ArrayBuffer> {
  const { shape, stored, planar } = layout;
  const area = shape.height * shape.width;
  const { channels } = shape;
  if (stored === 1 || (stored === 3 && !planar)) return pixels;
  const count = pixels.length / (area * stored);
  const out = new Uint8Array(count * imageBytes(shape));
  const [perPixel, perChannel] = planar ? [1, area] : [stored, 1];
  for (let image = 0; image < count; image++) {
    for (let i = 0; i < area; i++) {
      const from = image * area * stored + i * perPixel;
      const to = (image * area + i) * channels;
      const opacity = stored === channels ? 255 : pixels[from + channels * perChannel]!;
      for (let channel = 0; channel < channels; channel++) {
        const value = pixels[from + channel * perChannel]!;
        out[to + channel] = opacity === 255 ? value : Math.round((value * opacity) / 255 + 255 - opacity);
      }
    }
  }
  return out;
}

/** Values in Fortran order (the first index runs fastest) in C order. */
export function fromFortran<T extends ArrayLike<number>>(values: T, dimensions: readonly number[]): T {
  const out = (values as unknown as Float64Array).slice();
  const [count = 1, ...rest] = dimensions;
  const size = values.length / count;
  // Where the values of one image lie in the file, in the image's own C order.
  const offsets = Float64Array.from({ length: size }, (_, i) => {
    let left = i;
    let offset = 0;
    let stride = values.length;
    for (const length of rest.toReversed()) {
      stride /= length;
      offset += (left % length) * stride;
      left = Math.floor(left / length);
    }
    return offset;
  });
  for (let i = 0; i < size; i++) {
    const from = offsets[i]!;
    for (let image = 0; image < count; image++) out[image * size + i] = values[from + image]!;
  }
  return out as unknown as T;
}
