/** A published set in MNIST's four files: where they are looked for, and what is asked of them. Not a source itself. */

import { z } from "zod";
import { pathOption, targetSizeOption } from "../options.ts";
import { source } from "../source.ts";
import { isDirectory, notFound, placesFor } from "./find.ts";
import { findIdxFiles, readIdxFiles } from "./idx-files.ts";

export interface MnistLike<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly summary: string;
  readonly labelNames: readonly string[];
  readonly homes: readonly string[];
  /** Length and sha256 of each of the four files: training images and labels, test images and labels, gzip'd. */
  readonly published: readonly (readonly [bytes: number, sha256: string])[];
}

const fileNames = [
  "train-images-idx3-ubyte.gz",
  "train-labels-idx1-ubyte.gz",
  "t10k-images-idx3-ubyte.gz",
  "t10k-labels-idx1-ubyte.gz",
];

/** The source of that set. It has a test split of its own, so there is no `heldOut`. */
export function mnistLike<Name extends string>(set: MnistLike<Name>) {
  const { name, title, summary, labelNames, homes } = set;
  const obtain = `betalab data fetch ${name}, or name the folder with the four files by \`data\``;
  const files = set.published.map(([bytes, sha256], i) => ({ name: fileNames[i]!, bytes, sha256 }));
  return source({
    name,
    summary,
    obtain,
    options: z.strictObject({ path: pathOption, size: targetSizeOption }),
    download: { title, homes, files },
    locate: (context) => placesFor(name, undefined, context).find((place) => fourFiles(place) !== undefined),
    async open({ path, size }, context) {
      const places = placesFor(name, path, context);
      for (const place of places) {
        const found = fourFiles(place);
        if (found) return readIdxFiles(found, { name: title, size, labelNames, range: [0, 255] }, context);
      }
      throw notFound(`the four files of ${title}`, places, obtain);
    },
  });
}

/** Both pairs in `place`, or nothing. */
function fourFiles(place: string) {
  const files = isDirectory(place) ? findIdxFiles(place) : undefined;
  return files?.train?.labels !== undefined && files.test?.labels !== undefined ? files : undefined;
}
