/** From encoded pictures, wherever they lie, to a set: what the sources `folder` and `parquet` share. Not a source itself. */

import { z } from "zod";
import { sha256 } from "../../base/sha256.ts";
import { sum } from "../../base/statistics.ts";
import type { DataContext } from "../context.ts";
import type { Split } from "../dataset.ts";
import { packFolder } from "../folder/pack.ts";
import type { FolderContent } from "../folder/scan.ts";
import {
  factorsOption,
  heightAndWidth,
  heldOutOption,
  pathOption,
  rangeOption,
  sizeOption,
  splitOption,
} from "../options.ts";
import { chooseParts, type PartName, type Parts, partNames } from "../parts.ts";
import type { SourceData } from "../source.ts";
import { selectSplit } from "../split.ts";
import { factorsByName } from "../tables/by-name.ts";

export const pictureOptions = {
  path: pathOption,
  heldOut: heldOutOption,
  size: sizeOption
    .default(64)
    .describe("crop around the centre and resize to this, a number or [height, width]"),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(3)
    .describe("3 for RGB, 1 for grey"),
  range: rangeOption,
  split: splitOption,
  background: z.enum(["white", "black"]).default("white").describe("what transparent pictures are laid on"),
  factors: factorsOption.describe(
    "the true factors: { file }, a table beside the pictures with a column of their names, such as CelebA's list_attr_celeba.txt",
  ),
};

type PictureOptions = z.output<z.ZodObject<typeof pictureOptions>>;

/** Decodes the pictures into the packed cache. Throws as `packFolder` and `factorsByName` do. */
export async function openPictures(
  name: string,
  place: string,
  { pictures, notes }: FolderContent,
  options: PictureOptions,
  context: DataContext,
): Promise<SourceData> {
  const [height, width] = heightAndWidth(options.size);
  const { channels, background, range } = options;
  const packed = await packFolder(place, pictures, { height, width, channels, background, range }, context);
  const { images, description, path } = packed;
  const { labels, parts = {}, paths = [] } = description;
  try {
    const { heldOut, notes: splitNotes } = chooseParts(parts as Parts<number>, options.split);
    const known = await factorsByName(options.factors, place, paths);
    const all: Split = {
      images,
      ...(labels && { labels: { names: labels.names, values: Int32Array.from(labels.values) } }),
      ...(known && { factors: known.factors }),
    };
    const part = (one: PartName) => {
      const before = sum(partNames.slice(0, partNames.indexOf(one)).map((earlier) => parts[earlier] ?? 0));
      const rows = Uint32Array.from({ length: parts[one] ?? 0 }, (_, i) => before + i);
      return selectSplit(all, rows);
    };
    return {
      name,
      fingerprint: sha256(`folder ${description.fingerprint} ${heldOut}`),
      notes: [...description.notes, ...splitNotes, ...notes, ...(known?.notes ?? [])],
      sets: heldOut === undefined ? { all } : { train: part("train"), heldOut: part(heldOut) },
      cachePath: path,
      close: () => images.close(),
    };
  } catch (error) {
    images.close();
    throw error;
  }
}
