/** A data set from arrays that are in memory: what a library's user trains on without a file. Pure. */

import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { expectArgument } from "../../base/issues.ts";
import { sha256 } from "../../base/sha256.ts";
import type { Dataset, Factors, Labels } from "../dataset.ts";
import { lengthOf, type NumberName } from "../formats/numbers.ts";
import { memoryImages } from "../images.ts";
import { toDataset } from "../open.ts";
import { decideRange, toPixels, type ValueRange, ValueScan } from "../range.ts";
import type { Read } from "../tables/names.ts";
import { arrange, layoutOf } from "./layout.ts";
import { factorsOf, labelsOf } from "./side.ts";

export interface ArraysInput {
  /** The values of all images, one image after another. */
  readonly images: Uint8Array | Float32Array | Float64Array | readonly number[];
  /** `[count, height, width]`, `[count, height, width, channel]` or `[count, channel, height, width]`. */
  readonly shape: readonly number[];
  /** The values that are black and white, `[0, 1]`. Bytes have `[0, 255]`; anything else must say it. */
  readonly range?: ValueRange;
  /** `[count]`: class numbers or names. */
  readonly labels?: ArrayLike<number> | readonly string[];
  /** The true factors: `values` is `[count, names.length]`, row-major. */
  readonly factors?: { readonly names: readonly string[]; readonly values: ArrayLike<number> };
  /** For people. Default: "arrays". */
  readonly name?: string;
  /** Fraction held out, the same images for every seed. Default: 0.1. */
  readonly heldOut?: number;
}

/**
 * The arrays as a data set, ready to train on. They are copied, but for bytes with the channels last.
 *
 * Throws "usage" for values of another type, "config" where the range is missing or a length does not agree with the
 * shape (both numbers are named), and "data" for values that are not finite and shapes that are no images.
 */
export function arrays(input: ArraysInput): Dataset {
  checkTypes(input);
  const { images, shape, name = "arrays" } = input;
  const label = "images";
  const expected = lengthOf(shape);
  if (images.length !== expected) {
    throw new BetalabError(
      "config",
      `images: ${plural(images.length, "value")}, where the shape ${shape.join(" × ")} has ${expected}`,
    );
  }
  const bytes = images instanceof Uint8Array;
  const said = input.range ?? (bytes ? ([0, 255] as const) : undefined);
  if (said === undefined) {
    throw new BetalabError(
      "config",
      "range is missing: which values are black and white can't be inferred from the numbers",
      "range: [0, 1] for images in 0…1",
    );
  }
  if (!(said[0] < said[1]))
    throw new BetalabError("config", `range: [${said.join(", ")}]: black must be less than white`);
  const type: NumberName = bytes ? "uint8" : images instanceof Float32Array ? "float32" : "float64";
  const scan = new ValueScan(said);
  scan.add(images);
  const { range, notes } = decideRange(type, scan, said, label);
  const layout = layoutOf(shape, {}, label);
  const plain = bytes && range[0] === 0 && range[1] === 255;
  const pixels = arrange(plain ? (images as Uint8Array<ArrayBuffer>) : toPixels(images, range), layout);
  const { count } = layout.shape;
  const labels = input.labels && known("labels", labelsOf(sideOf(input.labels), count));
  const { names = [], values = [] } = input.factors ?? {};
  const table = { values: { shape: [values.length / names.length, names.length], numbers: values } };
  const factors = input.factors && known("factors", factorsOf(table, count, names));
  const all = {
    images: memoryImages(pixels, layout.shape),
    ...(labels && { labels }),
    ...(factors && { factors: factors.factors }),
  };
  return toDataset(
    {
      name,
      fingerprint: fingerprint(pixels, layout.shape, labels, factors?.factors),
      notes: [...layout.notes, ...notes, ...(factors?.notes ?? [])],
      sets: { all },
      close() {},
    },
    { heldOut: input.heldOut },
  );
}

function checkTypes(input: ArraysInput): void {
  expectArgument(Object(input) === input, "the input of `arrays`", input, "{ images, shape, range }");
  const { images, shape, range, labels, factors, heldOut } = input;
  const isList = (value: unknown): value is ArrayLike<unknown> =>
    Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const isNumbers = (value: unknown): boolean => isList(value) && typeof (value[0] ?? 0) === "number";
  expectArgument(isNumbers(images), "`images`", images, "a typed array, or a list, of numbers");
  const isShape = isList(shape) && Array.from(shape).every((size) => Number.isInteger(size) && size >= 0);
  expectArgument(isShape, "`shape`", shape, "whole numbers: [count, height, width], or with the channels");
  const isRange = range === undefined || (isNumbers(range) && range.length === 2);
  expectArgument(isRange, "`range`", range, "two numbers, black and white: [0, 1]");
  expectArgument(
    labels === undefined || isList(labels),
    "`labels`",
    labels,
    "a class number or name of each image",
  );
  const isFraction = heldOut === undefined || (typeof heldOut === "number" && heldOut > 0 && heldOut < 1);
  expectArgument(isFraction, "`heldOut`", heldOut, "a fraction between 0 and 1: 0.1");
  const { names, values } = Object(factors) as Partial<NonNullable<typeof factors>>;
  const isTable = factors === undefined || (isList(names) && isNumbers(values));
  expectArgument(isTable, "`factors`", factors, '{ names: ["x", …], values: [count × names] }');
}

function sideOf(labels: ArrayLike<number> | readonly string[]) {
  const shape = [labels.length];
  return typeof labels[0] === "string"
    ? { shape, text: labels as readonly string[] }
    : { shape, numbers: labels as ArrayLike<number> };
}

function known<T>(what: string, read: Read<T>): T {
  if ("value" in read) return read.value;
  throw new BetalabError("config", `${what}: ${read.reason}`);
}

function fingerprint(pixels: Uint8Array, shape: object, labels?: Labels, factors?: Factors): string {
  const side = JSON.stringify([shape, labels?.names, factors?.factors]);
  const values = [labels?.values, factors?.levels].flatMap((list) => list ?? []);
  return sha256(
    side,
    pixels,
    ...values.map((list) => new Uint8Array(list.buffer, list.byteOffset, list.byteLength)),
  );
}
