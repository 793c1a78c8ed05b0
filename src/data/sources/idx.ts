/**
 * `idx`: any grey images in IDX files (plain or gzip), with or without labels: a folder in MNIST's layout
 * (EMNIST, KMNIST), or one images file. Also what `mnist` and `fashion-mnist` are made of.
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import type { DataContext } from "../context.ts";
import { heldOutOption, padOption, pathOption, type SizeOption, sharedOptions } from "../options.ts";
import { findIdxFiles, type IdxFiles, readIdxPair } from "./idx-files.ts";
import { defineSource, notFound, type SourceData } from "./source.ts";

const obtain = "name an images file (…-images-idx3-ubyte, plain or .gz) or its folder in data.path or --data";

export const idx = defineSource({
  name: "idx",
  summary: "grey images in IDX files, plain or gzip, with or without labels",
  obtain,
  options: z.strictObject({
    source: z.literal("idx"),
    ...sharedOptions,
    path: pathOption,
    heldOut: heldOutOption,
    size: padOption,
  }),
  locate(context) {
    const place = context.dataDirectory;
    return place !== undefined && findIdxFiles(place) !== undefined ? place : undefined;
  },
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    const files = place === undefined ? undefined : findIdxFiles(place);
    if (place === undefined || files === undefined) {
      throw notFound("IDX images", place === undefined ? [] : [place], obtain);
    }
    return readIdxFiles(files, { name: `IDX images of ${basename(place)}`, size: options.size }, context);
  },
});

/** All that belongs to the files, as one set or two. Throws as `readIdxPair` does. */
export async function readIdxFiles(
  files: IdxFiles,
  options: { name: string; size?: SizeOption | undefined; labelNames?: readonly string[] },
  context: DataContext,
): Promise<SourceData> {
  const { name, size } = options;
  if ("all" in files) {
    const { split, fingerprint, cachePath, close } = await readIdxPair(files.all, options, context);
    return {
      name,
      fingerprint: digest(size, fingerprint),
      notes: [],
      sets: { all: split },
      cachePath,
      close,
    };
  }
  const train = await readIdxPair(files.train, options, context);
  try {
    const heldOut = await readIdxPair(files.heldOut, options, context);
    return {
      name,
      fingerprint: digest(size, train.fingerprint, heldOut.fingerprint),
      notes: [],
      sets: { train: train.split, heldOut: heldOut.split },
      cachePath: train.cachePath,
      close() {
        train.close();
        heldOut.close();
      },
    };
  } catch (error) {
    train.close();
    throw error;
  }
}

function digest(size: SizeOption | undefined, ...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify({ size, parts })).digest("hex");
}
