/**
 * The keys of the config section `data` that sources share. A source's own schema is a strict object of
 * these, its `source` literal and what only it understands. Pure.
 */

import { z } from "zod";

/** A picture's size: one number for a square, or [height, width]. */
export const sizeOption = z
  .union([z.int().min(1).max(4096), z.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)])])
  .meta({ description: "size in pixels: a number for a square, or [height, width]" });

export type SizeOption = z.infer<typeof sizeOption>;

/** What every source takes. */
export const sharedOptions = {
  batchSize: z.int().min(1).default(64).meta({ description: "images in one batch" }),
  limit: z.int().min(1).optional().meta({
    description: "use only the first N training images; of a set split here, the first N before the split",
  }),
  binarize: z
    .enum(["none", "static", "dynamic"])
    .default("none")
    .meta({
      description:
        "grey pixels as black and white: at half (static), or drawn anew in every epoch with the grey value as " +
        "probability (dynamic; held-out images are drawn once)",
    }),
  flip: z
    .boolean()
    .default(false)
    .meta({ description: "mirror each training image left to right with probability ½" }),
};

/** For sources that read from disk. */
export const pathOption = z
  .string()
  .min(1)
  .optional()
  .meta({ description: "where the data lies; without it, --data, BETALAB_DATA and the cache are searched" });

/** For sets without a test split of their own. */
export const heldOutOption = z
  .number()
  .gt(0)
  .lt(1)
  .default(0.1)
  .meta({ description: "fraction held out, the same images for every seed; for sets without a test split" });

/** For sources whose pictures have a size of their own. */
export const padOption = sizeOption.optional().meta({
  description: "pad with black to this size (28 → 32), a number or [height, width]; smaller is an error",
});

/** `[height, width]` of a size option. */
export function heightAndWidth(size: SizeOption): readonly [height: number, width: number] {
  return typeof size === "number" ? [size, size] : size;
}
