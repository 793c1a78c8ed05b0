/**
 * Pictures made smaller as libvips makes them, to the bit: by Lanczos' kernel of three lobes in fixed-point numbers, rows first,
 * then columns; then cropped around the centre (`sharp`'s `fit: "cover"`), of which only what remains is computed.
 *
 * https://github.com/libvips/libvips/blob/v8.18.7/libvips/resample/reducev.cpp, reduceh.cpp, resize.c
 */

/** Above this factor libvips takes means of whole pixels first; that is left to it. */
const MOST_SHRINK = 4;
/** Phases of the kernel, and what stands for 1 in a coefficient. */
const PHASES = 64;
const ONE = 4096;
/** Rows that libvips computes at once: only the first of them has its position computed, the others are added up. */
const STRIP = 16;

/** Pixels of a row that are taken together, by channels. */
export const columnStep = { 1: 8, 3: 4 } as const;

/** Along one axis: which pixels each wanted one is made of. */
interface Taps {
  /** How many each has, of which some weigh nothing: a multiple of `step`. */
  readonly count: number;
  /** The first pixel of each wanted one. */
  readonly starts: Int32Array;
  /** int16 `[wanted, count]`; the sum of each row is about 4096. */
  readonly weights: Int16Array;
}

/** Along both. */
export interface PictureTaps {
  readonly rows: Taps;
  readonly columns: Taps;
}

/** Which pixels of a picture each wanted one is made of; nothing where it is to be enlarged, or above `MOST_SHRINK`. */
export function coverTaps(
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
  columnStep: number,
): PictureTaps | undefined {
  const shrink = Math.min(from.width / to.width, from.height / to.height);
  if (shrink < 1) return undefined;
  // libvips is given the scale, and takes its inverse.
  const exact = shrink === 1 ? 1 : 1 / (1 / shrink);
  const rows = axisTaps(from.height, to.height, exact, 2, STRIP);
  const columns = axisTaps(from.width, to.width, exact, columnStep, to.width);
  return rows && columns && { rows, columns };
}

const cache = new Map<string, Taps | undefined>();

function axisTaps(...axis: Parameters<typeof makeTaps>): Taps | undefined {
  const key = axis.join();
  if (!cache.has(key)) {
    if (cache.size > 64) cache.clear();
    cache.set(key, makeTaps(...axis));
  }
  return cache.get(key);
}

function makeTaps(
  size: number,
  wanted: number,
  shrink: number,
  step: number,
  strip: number,
): Taps | undefined {
  const reduced = Math.floor(size / shrink + 0.5);
  if (Math.floor(size / reduced / (MOST_SHRINK / 2)) > 1) return undefined;
  const points = shrink === 1 ? 1 : 2 * roundEven(3 * shrink) + 1;
  const count = step * Math.ceil(Math.min(points, size) / step);
  const offset = (1 + reduced * shrink - size) / 2 - 1;
  const first = (reduced - wanted + 1) >> 1;
  const starts = new Int32Array(wanted);
  const weights = new Int16Array(wanted * count);
  const phases = new Map<number, Int16Array>();
  for (let i = 0, at = 0; i < wanted; i++) {
    at = i % strip === 0 ? (first + i + 0.5) * shrink - 0.5 - offset : at + shrink;
    const phase = ((Math.trunc(at * PHASES * 2) & (PHASES * 2 - 1)) + 1) >> 1;
    const kernel = phases.get(phase) ?? lanczos(points, shrink, phase / PHASES);
    phases.set(phase, kernel);
    // Beyond an edge its pixel is repeated: the weights of all of them are added to its own.
    const begin = Math.trunc(at) - (Math.ceil(points / 2) - 1);
    const start = Math.max(0, Math.min(begin, size - points));
    starts[i] = start;
    for (let j = 0; j < points; j++) {
      weights[i * count + Math.max(0, Math.min(begin + j, size - 1)) - start]! += kernel[j]!;
    }
  }
  return { count, starts, weights };
}

function lanczos(points: number, shrink: number, phase: number): Int16Array {
  if (points === 1) return Int16Array.of(ONE);
  const half = phase + points / 2 - 1;
  const scale = 1 / shrink;
  const values = Array.from({ length: points }, (_, i) => {
    const x = (i - half) * scale;
    return Math.abs(x) <= 3 ? sinc(x) * sinc(x / 3) : 0;
  });
  const sum = values.reduce((a, b) => a + b, 0);
  return Int16Array.from(values, (value) => Math.trunc((value / sum) * ONE));
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

/** C's rint: halves to the even number. */
function roundEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
