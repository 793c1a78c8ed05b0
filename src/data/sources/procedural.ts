/** A procedural set as a source: nothing to find, nothing to download. Not a source itself. */

import { createHash } from "node:crypto";
import type { Split } from "../dataset.ts";
import { imageBytes } from "../images.ts";
import type { SourceData } from "./source.ts";

/** Images drawn to tell one state of the drawing code from another. */
const sampled = 64;

/**
 * The set as source data. The fingerprint is of the options and factors, and of a sample of the pixels, so that a change of
 * the drawing code shows; drawing all of a large set only to name it would take longer than many a run.
 */
export function proceduralData(name: string, options: object, set: Split): SourceData {
  const { images, factors } = set;
  const step = Math.max(1, Math.floor(images.count / sampled));
  const indices = Array.from({ length: Math.min(sampled, images.count) }, (_, i) => i * step);
  const pixels = new Uint8Array(indices.length * imageBytes(images));
  images.read(indices, pixels);
  const hash = createHash("sha256")
    .update(JSON.stringify([name, options, images.count]))
    .update(pixels);
  if (factors) hash.update(JSON.stringify(factors.factors)).update(factors.levels);
  return { name, fingerprint: hash.digest("hex"), notes: [], sets: { all: set }, close() {} };
}

/** Those of `options` that `schema` knows: what the procedure itself takes, without the shared ones. */
export function ownOptions(
  schema: { readonly shape: object },
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(schema.shape).map((key) => [key, options[key]]));
}
