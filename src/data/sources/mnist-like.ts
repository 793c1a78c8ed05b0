/** A published set in MNIST's four files: where they are looked for, and what is asked of them. Not a source itself. */

import { z } from "zod";
import type { BetalabError } from "../../base/errors.ts";
import { openIdx } from "../formats/idx.ts";
import { pathOption, targetSizeOption } from "../options.ts";
import { source } from "../source.ts";
import { isDirectory, notFound, placesFor } from "./find.ts";
import { findIdxFiles, OtherSet, readIdxFiles } from "./idx-files.ts";

export interface MnistLike<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly summary: string;
  readonly labelNames: readonly string[];
  /** torchvision's folder of it. */
  readonly folder: string;
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

/** The first test labels of each such set: nothing else in the files says which one they are. */
const beginnings: Readonly<Record<string, string>> = {
  "7210414959": "MNIST",
  "9211614657": "Fashion-MNIST",
};

/** The source of that set. It has a test split of its own, so there is no `heldOut`. */
export function mnistLike<Name extends string>(set: MnistLike<Name>) {
  const { name, title, summary, labelNames, folder, homes } = set;
  const obtain = `betalab data fetch ${name}, or name the folder with the four files by \`data\``;
  const files = set.published.map(([bytes, sha256], i) => ({ name: fileNames[i]!, bytes, sha256 }));
  return source({
    name,
    summary,
    obtain,
    options: z.strictObject({ path: pathOption, size: targetSizeOption }),
    download: { title, homes, files },
    locate: (context) => placesFor(name, undefined, context).find((place) => isThere(place, folder)),
    async open({ path, size }, context) {
      const places = placesFor(name, path, context);
      let other: BetalabError | undefined;
      for (const place of places) {
        try {
          const found = fourFiles(place, folder);
          if (found === undefined) continue;
          await requireSet(found.test.labels, title, place, obtain);
          return await readIdxFiles(found, { name: title, size, labelNames, range: [0, 255] }, context);
        } catch (error) {
          // Another set in one place doesn't hide this one in the next.
          if (!(error instanceof OtherSet)) throw error;
          other ??= error;
        }
      }
      throw other ?? notFound(`the four files of ${title}`, places, obtain);
    },
  });
}

/** Both pairs in `place`, or nothing. Throws `OtherSet` where there are several. */
function fourFiles(place: string, folder: string) {
  if (!isDirectory(place)) return undefined;
  const { train, test } = findIdxFiles(place, folder) ?? {};
  if (train?.labels === undefined || test?.labels === undefined) return undefined;
  return { train, test: { ...test, labels: test.labels } };
}

function isThere(place: string, folder: string): boolean {
  try {
    return fourFiles(place, folder) !== undefined;
  } catch {
    return false;
  }
}

async function requireSet(labels: string, title: string, place: string, obtain: string): Promise<void> {
  const { numbers = [] } = await (await openIdx(labels, [1])).whole();
  const found = beginnings[Array.from(numbers).slice(0, 10).join("")] ?? title;
  if (found !== title)
    throw new OtherSet(`${place}: its files are those of ${found}, not of ${title}`, obtain);
}
