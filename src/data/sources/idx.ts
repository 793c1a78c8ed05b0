/**
 * `idx`: any images in IDX files (plain or gzip), with or without labels: a folder in MNIST's layout
 * (EMNIST, KMNIST), or one images file.
 */

import { basename } from "node:path";
import { z } from "zod";
import { heldOutOption, pathOption, rangeOption, splitOption, targetSizeOption } from "../options.ts";
import { source } from "../source.ts";
import { notFound } from "./find.ts";
import { findIdxFiles, readIdxFiles } from "./idx-files.ts";

const obtain = "name an images file (…-images-idx3-ubyte, plain or .gz) or its folder in data.path or `data`";

export const idx = source({
  name: "idx",
  summary: "images in IDX files, plain or gzip, with or without labels",
  obtain,
  options: z.strictObject({
    path: pathOption,
    heldOut: heldOutOption,
    size: targetSizeOption,
    range: rangeOption,
    split: splitOption,
    labels: z.literal("none").optional().describe("none: without the labels that lie beside the images"),
  }),
  locate({ dataDirectory }) {
    return dataDirectory !== undefined && findIdxFiles(dataDirectory) !== undefined
      ? dataDirectory
      : undefined;
  },
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    const files = place === undefined ? undefined : findIdxFiles(place);
    if (place === undefined || files === undefined) throw notFound("IDX images", [place], obtain);
    return readIdxFiles(files, { ...options, name: `IDX images of ${basename(place)}` }, context);
  },
});
