/** A published set in MNIST's four files: where they are looked for, and what is asked of them. Not a source itself. */

import { join } from "node:path";
import { z } from "zod";
import { padOption, pathOption, sharedOptions } from "../options.ts";
import { isFile, placesFor } from "./find.ts";
import { readIdxFiles } from "./idx.ts";
import type { IdxFiles } from "./idx-files.ts";
import { defineSource, notFound } from "./source.ts";

export interface MnistLike<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly summary: string;
  readonly labelNames: readonly string[];
}

/** The source of that set. It has a test split of its own, so there is no `heldOut`. */
export function mnistLike<Name extends string>({ name, title, summary, labelNames }: MnistLike<Name>) {
  const obtain = `betalab data fetch ${name}, or name the folder with the four files: --data DIR`;
  return defineSource({
    name,
    summary,
    obtain,
    options: z.strictObject({
      source: z.literal(name),
      ...sharedOptions,
      path: pathOption,
      size: padOption,
    }),
    locate: (context) => placesFor(name, undefined, context).find((place) => fourFiles(place) !== undefined),
    async open(options, context) {
      const places = placesFor(name, options.path, context);
      for (const place of places) {
        const files = fourFiles(place);
        if (files) return readIdxFiles(files, { name: title, size: options.size, labelNames }, context);
      }
      throw notFound(`the four files of ${title}`, places, obtain);
    },
  });
}

/** All four files in `place` or nothing; plain before gzip, `-idx3-ubyte` before `.idx3-ubyte`. */
function fourFiles(place: string): Exclude<IdxFiles, { all: unknown }> | undefined {
  const find = (stem: string, format: string) =>
    [`${stem}-${format}`, `${stem}-${format}.gz`, `${stem}.${format}`, `${stem}.${format}.gz`]
      .map((file) => join(place, file))
      .find(isFile);
  const images = find("train-images", "idx3-ubyte");
  const labels = find("train-labels", "idx1-ubyte");
  const testImages = find("t10k-images", "idx3-ubyte");
  const testLabels = find("t10k-labels", "idx1-ubyte");
  if (!images || !labels || !testImages || !testLabels) return undefined;
  return { train: { images, labels }, heldOut: { images: testImages, labels: testLabels } };
}
