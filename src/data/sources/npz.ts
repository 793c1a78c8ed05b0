/**
 * `npz`: images in a numpy file, `.npz` or `.npy`. dSprites' keys (`imgs`, `latents_classes`,
 * `latents_values`) give factors; Keras' keys (`x_train`, `x_test`, …) give the splits.
 */

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { openArrays } from "../formats/npz.ts";
import { hashFile } from "../formats/streams.ts";
import { heldOutOption, padOption, pathOption, sharedOptions } from "../options.ts";
import { isDirectory, isFile } from "./find.ts";
import { findImagesArray, findLabelsArray, hasFactors, readNpzSplit } from "./npz-files.ts";
import { defineSource, notFound, padToSize } from "./source.ts";

const obtain = "name the .npz or .npy file in data.path or --data";

export const npz = defineSource({
  name: "npz",
  summary: "images in a numpy file, .npz or .npy; dSprites' keys give factors",
  obtain,
  options: z.strictObject({
    source: z.literal("npz"),
    ...sharedOptions,
    path: pathOption,
    heldOut: heldOutOption,
    size: padOption,
    images: z
      .string()
      .optional()
      .meta({ description: "the array that holds the images; found by itself if it can" }),
    labels: z
      .string()
      .optional()
      .meta({ description: "the array that holds the labels; found by itself if it can" }),
  }),
  locate(context) {
    const found = context.dataDirectory === undefined ? [] : numpyFiles(context.dataDirectory);
    return found.length === 1 ? found[0] : undefined;
  },
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    const found = place === undefined ? [] : numpyFiles(place);
    if (place === undefined || found.length === 0) {
      throw notFound("a .npz or .npy file", place === undefined ? [] : [place], obtain);
    }
    if (found.length > 1) {
      const names = found.map((path) => basename(path)).join(", ");
      throw new BetalabError(
        "data",
        `${place}: several numpy files: ${names}`,
        "name one of them in data.path",
      );
    }
    const file = openArrays(found[0]!);
    const fileHash = await hashFile(file.path);
    const fingerprint = createHash("sha256")
      .update(JSON.stringify([fileHash, options.images, options.labels, options.size]))
      .digest("hex");
    const read = (images: string, labels: string | undefined, factors: boolean) =>
      readNpzSplit(file, { images, labels, factors }, fileHash, undefined, context);
    const padded = ({ split }: Awaited<ReturnType<typeof read>>) => ({
      ...split,
      images: padToSize(split.images, options.size),
    });
    const name = `images of ${basename(file.path)}`;

    const has = (array: string) => file.names.includes(array);
    if (options.images === undefined && has("x_train") && has("x_test")) {
      const train = await read("x_train", has("y_train") ? "y_train" : undefined, false);
      const heldOut = await read("x_test", has("y_test") ? "y_test" : undefined, false);
      return {
        name,
        fingerprint,
        notes: [],
        sets: { train: padded(train), heldOut: padded(heldOut) },
        cachePath: train.cachePath,
        close() {
          train.close();
          heldOut.close();
        },
      };
    }
    const images = await findImagesArray(file, options.images);
    const all = await read(images, findLabelsArray(file, options.labels), hasFactors(file));
    return { ...all, name, fingerprint, sets: { all: padded(all) } };
  },
});

/** `place` itself when it is a file, the numpy files in it when it is a folder. */
export function numpyFiles(place: string): string[] {
  if (isFile(place)) return [place];
  if (!isDirectory(place)) return [];
  return readdirSync(place)
    .filter((name) => /\.np[zy]$/i.test(name) && !name.startsWith("."))
    .sort()
    .map((name) => join(place, name));
}
