/** `betalab data make`: a procedural set written as NPZ with dSprites' keys, for other software and for `npz`. */

import { resolve } from "node:path";
import type { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { checkInterrupted, type DataContext } from "./context.ts";
import type { Split } from "./dataset.ts";
import { encodeNpy, encodeNpyHeader, encodeText } from "./formats/npy.ts";
import { writeNpz } from "./formats/npz.ts";
import { imageBytes } from "./images.ts";
import { digits, digitsOptions } from "./procedural/digits.ts";
import { sprites, spritesOptions } from "./procedural/sprites.ts";

/** A procedural set as `data make` sees it. */
export interface Procedure {
  readonly options: z.ZodObject;
  /** Written where a pixel is white: 1 as in dSprites, so that software made for it reads the file, or 255. */
  readonly white: 1 | 255;
  make(options: Record<string, unknown>): Split;
}

/** The sets that can be made. */
export const procedures: Readonly<Record<string, Procedure>> = {
  sprites: { options: spritesOptions, white: 1, make: (options) => sprites(options) },
  digits: { options: digitsOptions, white: 255, make: (options) => digits(options) },
};

export interface MadeDataset {
  readonly path: string;
  /** `[count, height, width]` or `[count, height, width, 3]`. */
  readonly shape: readonly number[];
  readonly factors: readonly string[];
}

/**
 * Draws the set `name` with `options` (those of its schema) and writes it to `outFile`: `imgs` uint8 (0 and 1 for
 * `sprites`, 0…255 for `digits`),
 * `latents_classes` and `latents_values` `[count, factors]`, `factor_names`, and `labels` with `label_names`.
 *
 * Throws `usage` for an unknown set, `config` for wrong options, `disk` when the file can't be written,
 * `interrupted`.
 */
export function makeDataset(
  name: string,
  options: Readonly<Record<string, unknown>>,
  outFile: string,
  context: Pick<DataContext, "signal" | "onProgress"> = {},
): MadeDataset {
  const procedure = Object.hasOwn(procedures, name) ? procedures[name] : undefined;
  if (!procedure) {
    const hint = suggest(name, Object.keys(procedures));
    throw new BetalabError("usage", `there is no procedural set "${name}"`, hint);
  }
  const set = procedure.make({ ...options });
  const { images, factors, labels } = set;
  const shape = [images.count, images.height, images.width, ...(images.channels === 3 ? [3] : [])];
  const names = factors?.factors.map((factor) => factor.name) ?? [];
  const arrays: [string, Iterable<Uint8Array>][] = [
    ["imgs", imagePieces(set, shape, procedure.white, context)],
  ];
  if (factors && names.length > 0) {
    const table = [images.count, names.length];
    const values = Float64Array.from(
      factors.levels,
      (level, i) => factors.factors[i % names.length]!.values[level]!,
    );
    arrays.push(
      ["latents_classes", [encodeNpy("<i8", table, factors.levels)]],
      ["latents_values", [encodeNpy("<f8", table, values)]],
      ["factor_names", [encodeText(names)]],
    );
  }
  if (labels) {
    arrays.push(["labels", [encodeNpy("<i8", [images.count], labels.values)]]);
    arrays.push(["label_names", [encodeText(labels.names)]]);
  }
  const path = resolve(outFile);
  writeNpz(path, arrays);
  return { path, shape, factors: names };
}

function* imagePieces(
  { images }: Split,
  shape: readonly number[],
  white: 1 | 255,
  context: Pick<DataContext, "signal" | "onProgress">,
): Generator<Uint8Array> {
  yield encodeNpyHeader("|u1", shape);
  const size = imageBytes(images);
  const perPiece = Math.max(1, Math.floor(2 ** 20 / size));
  for (let start = 0; start < images.count; start += perPiece) {
    checkInterrupted(context);
    const indices = Array.from({ length: Math.min(perPiece, images.count - start) }, (_, i) => start + i);
    const pixels = new Uint8Array(indices.length * size);
    images.read(indices, pixels);
    yield white === 255 ? pixels : pixels.map((pixel) => (pixel * white) / 255);
    context.onProgress?.({ stage: "drawing images", done: start + indices.length, total: images.count });
  }
}
