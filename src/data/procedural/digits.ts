/**
 * `digits`: handwriting-like digits that need no download, with slant, thickness, scale and position as known
 * factors. They are drawn, not collected: control points of a pen path are jittered, bent, sheared and inked.
 * This is no substitute for MNIST in a published number, and the wobble of a hand is deliberately *not* a
 * factor: it is what the remaining latents are for.
 *
 * An image is a pure function of (seed, index), so `count` only cuts the sequence off. Images are drawn when
 * they are first read and kept: opening the set costs almost nothing (a listing needs no pixels), and from the
 * second epoch on a batch is a copy. Drawing one takes about 30 µs, 12 000 of them take 9 MB.
 */
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { evenly } from "../../base/lists.ts";
import { fillNormal, fillUniform } from "../../base/random.ts";
import type { Factor, Images, Labels, Split } from "../dataset.ts";
import { checkRead } from "../images.ts";
import { glyphs } from "./digitStrokes.ts";
import { parseOptions } from "./options.ts";
import { appendCurve, Pen, PenPath } from "./pen.ts";

export const digitsOptions = z.strictObject({
  count: z.int().min(1).max(1_000_000).default(12_000).describe("how many images, all splits together"),
  size: z.int().min(16).max(256).default(28).describe("height and width in pixels"),
  seed: z.int().min(0).default(0).describe("another seed is another hand"),
});

/** Bytes of all images, which are kept, at most. */
const mostBytes = 2 ** 31;

/** The levels; lengths are pixels of a 28×28 image, whatever `size` is. */
const factors: readonly Factor[] = [
  { name: "digit", kind: "categorical", values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
  // Radians to the right of upright.
  { name: "slant", values: evenly(-20, 36, 9).map((hundredth) => hundredth / 100) },
  // Mean width of the pen.
  { name: "thickness", values: [1.7, 2.1, 2.6, 3.2, 3.9] },
  // Height of the pen's path, in units of 20 pixels.
  { name: "scale", values: [0.76, 0.82, 0.88, 0.94, 1] },
  // Centre of the pen path's bounding box, right and down from the image's centre.
  { name: "x", values: [-2, -1, 0, 1, 2] },
  { name: "y", values: [-2, -1, 0, 1, 2] },
];

/**
 * The images `[count, size, size, 1]`, their factors (`digit`, `slant` in radians, `thickness`, `scale`, `x`,
 * `y`; drawn uniformly and independently, so not a complete grid) and the digit as the label.
 * Throws `BetalabError` with code `config` for a wrong option or more than 2 GiB of pixels; `read` throws one with code `shape` for an index
 * out of range.
 */
export function digits(options: z.input<typeof digitsOptions> = {}): Required<Split> {
  const { count, size, seed } = parseOptions("digits", digitsOptions, options);
  const pixelsPerImage = size * size;
  if (count * pixelsPerImage > mostBytes) {
    throw new BetalabError(
      "config",
      `digits: ${count} images of ${size}×${size} are ${count * pixelsPerImage} bytes, more than ${mostBytes}`,
      "ask for fewer or smaller images",
    );
  }
  const levels = drawLevels(count, seed);
  const pixels = new Uint8Array(count * pixelsPerImage);
  const drawn = new Uint8Array(count);
  const hand = new Hand(size, seed);
  const shape = { count, height: size, width: size, channels: 1 } as const;
  const images: Images = {
    ...shape,
    read(indices, into) {
      checkRead(shape, indices, into);
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!;
        const start = index * pixelsPerImage;
        if (drawn[index] === 0) {
          hand.write(index, levels.subarray(index * factors.length), pixels, start);
          drawn[index] = 1;
        }
        into.set(pixels.subarray(start, start + pixelsPerImage), i * pixelsPerImage);
      }
    },
  };
  const labels: Labels = {
    names: factors[0]!.values.map(String),
    values: Int32Array.from({ length: count }, (_, i) => levels[i * factors.length]!),
  };
  return { images, factors: { factors, levels, complete: false }, labels };
}

/** `[count, factors]`: every level equally likely, independent of the others. */
function drawLevels(count: number, seed: number): Int32Array {
  const levels = new Int32Array(count * factors.length);
  const uniform = new Float64Array(factors.length);
  for (let image = 0; image < count; image++) {
    fillUniform(uniform, { seed, stream: "digits/factors", step: image });
    for (let factor = 0; factor < factors.length; factor++) {
      levels[image * factors.length + factor] = Math.floor(uniform[factor]! * factors[factor]!.values.length);
    }
  }
  return levels;
}

/** How much a hand varies, in units of the digit's height unless said otherwise. */
const wobble = {
  /** Standard deviation of each control point, and of the ends of strokes. */
  point: 0.018,
  end: 0.035,
  /** Amplitude of the slow bend of the whole digit. */
  bend: 0.03,
  /** Standard deviation of the logarithm of the digit's width. */
  width: 0.12,
  /** Amplitude of the pen's pressure, relative. */
  pressure: 0.12,
} as const;

/** Random numbers of one image that are not per point: way, width, four bends of three, pressure of two. */
const generalNumbers = 16;

/** Writes one image after another; keeps the scratch memory. */
class Hand {
  readonly #unit: number;
  readonly #size: number;
  readonly #seed: number;
  readonly #pen: Pen;
  readonly #path = new PenPath();
  readonly #normal = new Float64Array(generalNumbers + 64);
  readonly #uniform = new Float64Array(8);

  constructor(size: number, seed: number) {
    this.#unit = size / 28;
    this.#size = size;
    this.#seed = seed;
    // Wide enough that grey and full pixels are as frequent as in MNIST (a test compares).
    this.#pen = new Pen(size, 1.5 * this.#unit);
  }

  /** Draws image `index`, whose factors have `levels`, into `pixels` from `offset`. */
  write(index: number, levels: Int32Array, pixels: Uint8Array, offset: number): void {
    const value = (factor: number): number => factors[factor]!.values[levels[factor]!]!;
    fillNormal(this.#normal, { seed: this.#seed, stream: "digits/wobble", step: index });
    fillUniform(this.#uniform, { seed: this.#seed, stream: "digits/way", step: index });
    this.#trace(value(0), value(3));
    this.#bend(Math.tan(value(1)));
    this.#place(value(3), value(4), value(5));
    this.#press(value(2));
    this.#pen.draw(this.#path, pixels, offset);
  }

  /** The pen's path with jittered control points, in units of the digit's height. */
  #trace(digit: number, scale: number): void {
    const ways = glyphs[digit]!;
    const glyph = ways[Math.floor(this.#uniform[0]! * ways.length)]!;
    const stretch = Math.exp(wobble.width * Math.min(1.5, this.#normal[0]!));
    this.#path.clear();
    let next = generalNumbers;
    for (const stroke of glyph) {
      const last = stroke.x.length - 1;
      const move = (value: number, i: number): number =>
        value + (i === 0 || i === last ? wobble.end : wobble.point) * this.#normal[next++]!;
      const x = stroke.x.map((value, i) => stretch * move(value, i));
      const y = stroke.y.map(move);
      appendCurve(this.#path, x, y, stroke.corner, 1.2 / (20 * scale));
    }
  }

  /** Bends the whole path with two slow waves in each direction, then leans it: x grows upwards by `shear`. */
  #bend(shear: number): void {
    const path = this.#path;
    const n = this.#normal;
    const u = this.#uniform;
    for (let i = 0; i < path.length; i++) {
      const x = path.x[i]!;
      const y = path.y[i]!;
      const sway =
        n[1]! * Math.sin(2 * Math.PI * (0.6 * y + u[1]!)) +
        0.35 * n[2]! * Math.sin(2 * Math.PI * (1.1 * y + u[2]!));
      const heave =
        n[3]! * Math.sin(2 * Math.PI * (0.8 * x + u[3]!)) +
        0.35 * n[4]! * Math.sin(2 * Math.PI * (1.3 * x + u[4]!));
      path.y[i] = y + wobble.bend * heave;
      path.x[i] = x + wobble.bend * sway - shear * path.y[i]!;
    }
  }

  /** Fits the path: exactly `scale`·20 pixels high, its bounding box centred at the image's centre plus (x, y). */
  #place(scale: number, x: number, y: number): void {
    const path = this.#path;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < path.length; i++) {
      left = Math.min(left, path.x[i]!);
      right = Math.max(right, path.x[i]!);
      top = Math.min(top, path.y[i]!);
      bottom = Math.max(bottom, path.y[i]!);
    }
    const factor = (20 * scale * this.#unit) / (bottom - top);
    for (let i = 0; i < path.length; i++) {
      path.x[i] = this.#size / 2 + x * this.#unit + factor * (path.x[i]! - (left + right) / 2);
      path.y[i] = this.#size / 2 + y * this.#unit + factor * (path.y[i]! - (top + bottom) / 2);
    }
  }

  /** The pen's radius along each stroke: `thickness`/2 with a slow wave of pressure, lighter where it lands and lifts. */
  #press(thickness: number): void {
    const path = this.#path;
    const radius = (thickness / 2) * this.#unit;
    for (let stroke = 0; stroke < path.strokeStarts.length; stroke++) {
      const [start, end] = path.strokeRange(stroke);
      for (let i = start; i < end; i++) {
        const t = (i - start) / (end - 1 - start);
        const wave = Math.sin(2 * Math.PI * (0.9 * t + this.#uniform[5]! + 0.3 * stroke));
        const ends = Math.min(1, 0.8 + 0.1 * Math.min(i - start, end - 1 - i));
        path.radius[i] = radius * ends * (1 + wobble.pressure * wave);
      }
    }
  }
}
