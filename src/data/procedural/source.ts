/** A procedural set as a source: nothing to find, nothing to download; `data make` writes it. Pure. */

import { z } from "zod";
import { sha256 } from "../../base/sha256.ts";
import type { Split } from "../dataset.ts";
import { imageBytes } from "../images.ts";
import { heldOutOption } from "../options.ts";
import { source } from "../source.ts";

/** Images drawn to tell one state of the drawing code from another. */
const sampled = 64;

export interface ProceduralSet<Name extends string, Shape extends z.ZodRawShape> {
  readonly name: Name;
  readonly summary: string;
  readonly options: z.ZodObject<Shape, z.core.$strict>;
  /** Written to files where a pixel is white. */
  readonly white: 1 | 255;
  draw(options: Record<string, unknown>): Split;
}

export function proceduralSource<Name extends string, Shape extends z.ZodRawShape>(
  set: ProceduralSet<Name, Shape>,
) {
  const { name, summary, options, draw } = set;
  return source({
    name,
    summary,
    options: z.strictObject({ ...options.shape, heldOut: heldOutOption }),
    make: { options, white: set.white, draw },
    async open(given) {
      const { heldOut: _, ...own } = given as Record<string, unknown>;
      const all = draw(own);
      return { name, fingerprint: fingerprint(name, own, all), notes: [], sets: { all }, close() {} };
    },
  });
}

/**
 * Of the options and factors, and of a sample of the pixels, so that a change of the drawing code shows; drawing all
 * of a large set only to name it would take longer than many a run.
 */
function fingerprint(name: string, options: object, { images, factors }: Split): string {
  const step = Math.max(1, Math.floor(images.count / sampled));
  const indices = Array.from({ length: Math.min(sampled, images.count) }, (_, i) => i * step);
  const pixels = new Uint8Array(indices.length * imageBytes(images));
  images.read(indices, pixels);
  const parts = [JSON.stringify([name, options, images.count]), pixels];
  if (!factors) return sha256(...parts);
  const { levels } = factors;
  const bytes = new Uint8Array(levels.buffer, levels.byteOffset, levels.byteLength);
  return sha256(...parts, JSON.stringify(factors.factors), bytes);
}
