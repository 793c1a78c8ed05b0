/**
 * The keys of the config section `data` that every source has, added by whoever puts the section together; and keys
 * that several sources have, each of which takes what it understands. Pure.
 */

import { z } from "zod";

/** A picture's size: one number for a square, or [height, width]. */
export const sizeOption = z
  .union([z.int().min(1).max(4096), z.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)])])
  .describe("size in pixels: a number for a square, or [height, width]");

export type SizeOption = z.infer<typeof sizeOption>;

/** What every source has: the set is cut, drawn and dealt in batches whatever it is. */
export const sharedOptions = {
  batchSize: z.int().min(1).default(64).describe("images in one batch"),
  limit: z
    .int()
    .min(1)
    .optional()
    .describe("use only the first N training images; of a set split here, the first N before the split"),
  binarize: z
    .enum(["none", "static", "dynamic"])
    .default("none")
    .describe(
      "grey pixels as black and white: at half (static), or drawn anew in every epoch with the grey value as " +
        "probability (dynamic; held-out images are drawn once)",
    ),
  flip: z.boolean().default(false).describe("mirror each training image left to right with probability ½"),
};

/** For sources that read from disk. */
export const pathOption = z
  .string()
  .min(1)
  .optional()
  .describe("where the data lies; without it, the option `data`, BETALAB_DATA and the cache are searched");

/** For sets without a test split of their own. */
export const heldOutOption = z
  .number()
  .gt(0)
  .lt(1)
  .default(0.1)
  .describe("fraction held out, the same images for every seed; for sets without a test split");

/** For sources whose pictures have a size of their own. */
export const targetSizeOption = sizeOption
  .optional()
  .describe(
    "size of the images, a number or [height, width]: padded with black where it is larger (28 → 32), else cropped " +
      "around the centre and shrunk; default: as they are",
  );

/** For numbers that are not plain bytes. */
export const rangeOption = z
  .tuple([z.number(), z.number()])
  .refine(([black, white]) => black < white, "black must be less than white")
  .optional()
  .describe("the values that are black and white, [0, 4095]; default: what type and values make clear");

/** For sets that bring splits of their own. */
export const splitOption = z
  .enum(["test", "val", "all"])
  .optional()
  .describe(
    "which of the set's own splits is held out, or all of them as one set, divided here; default: test, else val",
  );

/** What is known of the true factors: which columns of which table, under which names. */
export const factorsOption = z
  .union([
    z.string(),
    z.strictObject({
      file: z
        .string()
        .min(1)
        .optional()
        .describe(
          "a table beside the images: CSV, Parquet, CelebA's list_attr_celeba.txt, or a file of arrays",
        ),
      array: z.string().optional().describe("the array that holds the factors, classes or values"),
      values: z
        .string()
        .optional()
        .describe("the array that holds the value of each class, where there is one"),
      columns: z
        .union([z.array(z.string()), z.record(z.string(), z.union([z.string(), z.int().min(0)]))])
        .optional()
        .describe(
          "the columns to take, [hue, scale], or under names of one's own by name or number, { size: scale, hue: 0 }; of a " +
            "table without names, the names of all; default: all that vary",
        ),
      kinds: z
        .record(z.string(), z.enum(["categorical", "ordinal", "continuous"]))
        .optional()
        .describe("what a factor's numbers are, where its name and its values don't say it"),
    }),
  ])
  .optional()
  .describe(
    "the true factors: the array that holds them, none, or where they are; found by itself if it can",
  );

export type FactorsOption = NonNullable<z.output<typeof factorsOption>>;

/** For sources that read a published data set as it comes. */
export const publishedOptions = {
  path: pathOption,
  heldOut: heldOutOption,
  size: targetSizeOption,
  split: splitOption,
};

/** For sources that read files of arrays. */
export const arrayOptions = {
  heldOut: heldOutOption,
  size: targetSizeOption,
  range: rangeOption,
  split: splitOption,
  shape: z
    .array(z.int().min(1))
    .min(2)
    .max(3)
    .optional()
    .describe("dimensions of one image where the array has others: [28, 28] for [count, 784]"),
  count: z
    .enum(["first", "last"])
    .optional()
    .describe(
      "which dimension counts the images; default: the first, of MATLAB's arrays what they look like",
    ),
  transposed: z
    .boolean()
    .default(false)
    .describe("an image lies column by column, as MATLAB has it, and not row by row"),
  images: z.string().optional().describe("the array that holds the images; found by itself if it can"),
  labels: z
    .string()
    .optional()
    .describe("the array that holds the labels, or none; found by itself if it can"),
  factors: factorsOption,
};

export function heightAndWidth(size: SizeOption): readonly [height: number, width: number] {
  return typeof size === "number" ? [size, size] : size;
}
