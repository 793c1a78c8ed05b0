/**
 * `folder`: somebody's own pictures: JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP. Subfolders are labels; `train`, `val` and
 * `test` are splits.
 *
 * Transparent pictures are laid on white by default: pictures that have transparency (drawings, icons, cut-outs) are
 * nearly always made to be seen on a white page, and dark outlines would vanish on black.
 */

import { createHash } from "node:crypto";
import { z } from "zod";
import type { Split } from "../dataset.ts";
import { folderName, packFolder } from "../folder/pack.ts";
import { scanFolder } from "../folder/scan.ts";
import {
  heightAndWidth,
  heldOutOption,
  pathOption,
  rangeOption,
  sizeOption,
  splitOption,
} from "../options.ts";
import { chooseParts, type PartName, type Parts, partNames } from "../parts.ts";
import { source } from "../source.ts";
import { selectSplit } from "../split.ts";
import { isDirectory, notFound } from "./find.ts";

const obtain = "name a folder of pictures in data.path or `data`";

export const folder = source({
  name: "folder",
  summary:
    "your own pictures (JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP); subfolders are labels, train and test splits",
  obtain,
  options: z.strictObject({
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
  }),
  locate: ({ dataDirectory }) =>
    dataDirectory !== undefined && isDirectory(dataDirectory) ? dataDirectory : undefined,
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    if (place === undefined) throw notFound("a folder of pictures", [], obtain);
    const [height, width] = heightAndWidth(options.size);
    const { channels, background, range } = options;
    const { pictures, notes } = await scanFolder(place);
    const packed = await packFolder(place, pictures, { height, width, channels, background, range }, context);
    const { images, description, path } = packed;
    const { labels, parts = {} } = description;
    try {
      const { heldOut, notes: splitNotes } = chooseParts(parts as Parts<number>, options.split);
      const all: Split = {
        images,
        ...(labels && { labels: { names: labels.names, values: Int32Array.from(labels.values) } }),
      };
      const part = (name: PartName) => {
        const before = partNames
          .slice(0, partNames.indexOf(name))
          .reduce((sum, one) => sum + (parts[one] ?? 0), 0);
        return selectSplit(
          all,
          Uint32Array.from({ length: parts[name] ?? 0 }, (_, i) => before + i),
        );
      };
      return {
        name: folderName(place),
        fingerprint: createHash("sha256")
          .update(`folder ${description.fingerprint} ${heldOut}`)
          .digest("hex"),
        notes: [...description.notes, ...splitNotes, ...notes],
        sets: heldOut === undefined ? { all } : { train: part("train"), heldOut: part(heldOut) },
        cachePath: path,
        close: () => images.close(),
      };
    } catch (error) {
      images.close();
      throw error;
    }
  },
});
