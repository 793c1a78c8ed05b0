/**
 * `Images` over bytes in memory, and the ways to see one set of images as another: a selection, a padded
 * frame, one set after the other. Views copy nothing but what a batch asks for. Imports nothing of Node;
 * images that lie on disk are `store/file-images.ts`.
 */

import { BetalabError } from "../base/errors.ts";
import { range } from "../base/lists.ts";
import type { Images } from "./dataset.ts";
import { heightAndWidth, type SizeOption } from "./options.ts";

/** What the pixels of a set look like: `[count, height, width, channels]`. */
export type ImagesShape = Pick<Images, "count" | "height" | "width" | "channels">;

/** Equally sized images, uint8 `[count, height, width, channels]`. */
export interface ImageArray extends ImagesShape {
  readonly pixels: Uint8Array;
}

/** Copies images out of a set, by index. */
export function takeImages(images: Images, indices: ArrayLike<number>): ImageArray {
  const { height, width, channels } = images;
  const pixels = new Uint8Array(indices.length * imageBytes(images));
  images.read(indices, pixels);
  return { count: indices.length, height, width, channels, pixels };
}

/** The first images of a set, `most` of them where there are as many. */
export const firstImages = (images: Images, most: number): ImageArray =>
  takeImages(images, range(Math.min(most, images.count)));

/**
 * The pixels of all images, or of an even sample of at most so many bytes, in pieces of some hundred kilobytes; `done` of
 * `total` images are then read.
 */
export function* inSamples(images: Images, mostBytes = Number.POSITIVE_INFINITY) {
  const size = imageBytes(images);
  const total = Math.max(1, Math.min(images.count, Math.floor(mostBytes / size)));
  const perRead = Math.max(1, Math.floor(2 ** 18 / size));
  for (let start = 0; start < total; start += perRead) {
    const indices = Array.from({ length: Math.min(perRead, total - start) }, (_, i) =>
      Math.floor(((start + i) * images.count) / total),
    );
    yield { pixels: takeImages(images, indices).pixels, done: start + indices.length, total };
  }
}

export function imageBytes(shape: Pick<Images, "height" | "width" | "channels">): number {
  return shape.height * shape.width * shape.channels;
}

/**
 * Throws unless `into` holds exactly the images asked for; every `Images.read` begins with it.
 *
 * @throws BetalabError "shape" naming an index that the set does not have.
 */
export function checkRead(shape: ImagesShape, indices: ArrayLike<number>, into: Uint8Array): void {
  const size = imageBytes(shape);
  if (into.length !== indices.length * size) {
    throw new Error(`internal: ${indices.length} images of ${size} bytes read into ${into.length} bytes`);
  }
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(Number.isInteger(index) && index >= 0 && index < shape.count)) {
      throw new BetalabError("shape", `there is no image ${index}`, `this set has ${shape.count}, from 0`);
    }
  }
}

/** Images in memory; `pixels` is `[count, height, width, channels]` and is not copied. */
export function memoryImages(pixels: Uint8Array, shape: ImagesShape): Images {
  const { count, height, width, channels } = shape;
  const size = imageBytes(shape);
  if (pixels.length !== count * size) {
    throw new Error(`internal: ${count} images of ${size} bytes in ${pixels.length} bytes`);
  }
  return {
    count,
    height,
    width,
    channels,
    read(indices, into) {
      checkRead(shape, indices, into);
      for (let i = 0; i < indices.length; i++) {
        const from = indices[i]! * size;
        into.set(pixels.subarray(from, from + size), i * size);
      }
    },
  };
}

/** `prefetch` of a view, where the images under it have one; `under` finds an image's index there. */
export function prefetchOf(
  images: Images,
  under: (indices: ArrayLike<number>) => ArrayLike<number> = (indices) => indices,
): Pick<Images, "prefetch"> {
  return images.prefetch === undefined ? {} : { prefetch: (indices) => images.prefetch?.(under(indices)) };
}

/** The images `indices` of `images`, in that order. */
export function selectImages(images: Images, indices: ArrayLike<number>): Images {
  const { height, width, channels } = images;
  const shape = { count: indices.length, height, width, channels };
  const chosen = (wanted: ArrayLike<number>) => Uint32Array.from(wanted, (which) => indices[which]!);
  return {
    ...shape,
    read(wanted, into) {
      checkRead(shape, wanted, into);
      images.read(chosen(wanted), into);
    },
    ...prefetchOf(images, chosen),
  };
}

/** `images` centred in a black frame of `height` × `width`, neither smaller than they are (28 → 32). */
export function padImages(images: Images, height: number, width: number): Images {
  if (height === images.height && width === images.width) return images;
  const { count, channels } = images;
  const shape = { count, height, width, channels };
  const size = imageBytes(shape);
  const innerSize = imageBytes(images);
  const innerRow = images.width * channels;
  const top = Math.floor((height - images.height) / 2);
  const left = Math.floor((width - images.width) / 2);
  let scratch = new Uint8Array(0);
  return {
    ...shape,
    read(indices, into) {
      checkRead(shape, indices, into);
      const needed = indices.length * innerSize;
      if (scratch.length < needed) scratch = new Uint8Array(needed);
      const inner = scratch.subarray(0, needed);
      images.read(indices, inner);
      into.fill(0);
      for (let i = 0; i < indices.length; i++) {
        for (let row = 0; row < images.height; row++) {
          const from = i * innerSize + row * innerRow;
          const to = i * size + ((top + row) * width + left) * channels;
          into.set(inner.subarray(from, from + innerRow), to);
        }
      }
    },
    ...prefetchOf(images),
  };
}

/**
 * `images` at `data.size`: in a black frame where that is nowhere smaller than they are (28 → 32), else cropped around
 * the centre to its proportions and resized, each pixel the mean of the area that it covers.
 */
export function fitImages(images: Images, size: SizeOption | undefined): Images {
  if (size === undefined) return images;
  const [height, width] = heightAndWidth(size);
  if (height >= images.height && width >= images.width) return padImages(images, height, width);
  return resizeImages(images, height, width);
}

function resizeImages(images: Images, height: number, width: number): Images {
  const { count, channels } = images;
  const shape = { count, height, width, channels };
  const [size, innerSize] = [imageBytes(shape), imageBytes(images)];
  const scale = Math.min(images.height / height, images.width / width);
  const rows = coverage(images.height, height, scale);
  const columns = coverage(images.width, width, scale);
  const inner = new Uint8Array(innerSize);
  const one = (from: Uint8Array, into: Uint8Array): void => {
    rows.forEach((row, y) => {
      columns.forEach((column, x) => {
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (const [dy, heightOf] of row) {
            for (const [dx, widthOf] of column) {
              sum += heightOf * widthOf * from[(dy * images.width + dx) * channels + channel]!;
            }
          }
          into[(y * width + x) * channels + channel] = Math.round(sum / (scale * scale));
        }
      });
    });
  };
  return {
    ...shape,
    read(indices, into) {
      checkRead(shape, indices, into);
      for (let i = 0; i < indices.length; i++) {
        images.read([indices[i]!], inner);
        one(inner, into.subarray(i * size, (i + 1) * size));
      }
    },
    ...prefetchOf(images),
  };
}

/** For each of `to` pixels that are `scale` wide, centred in `from`: which pixels it covers, and how much of each. */
function coverage(from: number, to: number, scale: number): (readonly [index: number, part: number])[][] {
  const start = (from - to * scale) / 2;
  return Array.from({ length: to }, (_, i) => {
    const [low, high] = [start + i * scale, start + (i + 1) * scale];
    const covered: [number, number][] = [];
    for (let index = Math.floor(low + 1e-9); index < high - 1e-9; index++) {
      covered.push([index, Math.min(index + 1, high) - Math.max(index, low)]);
    }
    return covered;
  });
}

/** The images of `first`, then those of `second`; both of one shape. */
export function joinImages(first: Images, second: Images): Images {
  const { height, width, channels } = first;
  if (second.height !== height || second.width !== width || second.channels !== channels) {
    throw new Error("internal: images of two shapes can't be joined");
  }
  const shape = { count: first.count + second.count, height, width, channels };
  const size = imageBytes(shape);
  return {
    ...shape,
    read(indices, into) {
      checkRead(shape, indices, into);
      // Runs of indices from one side go down in one call, so that a file's reads stay together.
      for (let start = 0; start < indices.length; ) {
        const inFirst = indices[start]! < first.count;
        let end = start + 1;
        while (end < indices.length && indices[end]! < first.count === inFirst) end++;
        const run = Uint32Array.from({ length: end - start }, (_, i) => {
          const index = indices[start + i]!;
          return inFirst ? index : index - first.count;
        });
        (inFirst ? first : second).read(run, into.subarray(start * size, end * size));
        start = end;
      }
    },
    ...((first.prefetch ?? second.prefetch) && {
      prefetch(indices: ArrayLike<number>) {
        const all = Array.from(indices);
        first.prefetch?.(all.filter((index) => index < first.count));
        second.prefetch?.(all.filter((index) => index >= first.count).map((index) => index - first.count));
      },
    }),
  };
}
