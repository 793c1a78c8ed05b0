/** `betalab data make`: a procedural set written as NPZ with dSprites' keys, for other software and for `npz`. */

import { resolve } from "node:path";
import { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { breathe, report, type Watch } from "../base/progress.ts";
import type { Split } from "./dataset.ts";
import { encodeNpy, encodeNpyHeader, encodeText } from "./formats/npy.ts";
import { writeNpz } from "./formats/npz.ts";
import { lengthOf } from "./formats/numbers.ts";
import { inSamples } from "./images.ts";
import type { Source } from "./source.ts";
import { sources as shipped } from "./sources/index.ts";

export const madeDataset = z.object({
  path: z.string().describe("the file"),
  shape: z.array(z.int()).readonly().describe("[count, height, width], of colour images with [3] behind"),
  factors: z.array(z.string()).readonly().describe("names of the factors, in the order of its columns"),
});

export type MadeDataset = z.output<typeof madeDataset>;

/** What the sizes of a zip archive can say, but for an array's header. */
const mostBytes = 2 ** 32 - 2 ** 10;

/**
 * Draws the set `name` of `sources` with `options` (those of its schema) and writes it to `outFile`: `imgs` uint8 (0 and
 * 1 for `sprites`, 0…255 for `digits`), `latents_classes` and `latents_values` `[count, factors]`, `factor_names`, and `labels` with `label_names`.
 *
 * Throws `usage` for an unknown set, `config` for wrong options, `disk` when the file can't be written,
 * `interrupted`.
 */
export async function makeDataset(
  name: string,
  options: Readonly<Record<string, unknown>>,
  outFile: string,
  context: Watch = {},
  sources: readonly Source[] = shipped,
): Promise<MadeDataset> {
  const procedure = sources.find((source) => source.name === name)?.make;
  if (!procedure) {
    const names = sources.filter(({ make }) => make !== undefined).map((source) => source.name);
    throw new BetalabError("usage", `there is no procedural set "${name}"`, suggest(name, names));
  }
  const set = procedure.draw({ ...options });
  const { images, factors, labels } = set;
  const shape = [images.count, images.height, images.width, ...(images.channels === 3 ? [3] : [])];
  const bytes = lengthOf(shape);
  if (bytes > mostBytes) {
    throw new BetalabError(
      "config",
      `${name}: ${shape.join(" × ")} are ${bytes} bytes of pixels, and an array of an NPZ file has ${mostBytes} at most`,
      "ask for fewer or smaller images",
    );
  }
  const names = factors?.factors.map((factor) => factor.name) ?? [];
  const arrays: [string, AsyncIterable<Uint8Array> | Iterable<Uint8Array>][] = [
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
  await writeNpz(path, arrays);
  return { path, shape, factors: names };
}

async function* imagePieces(
  { images }: Split,
  shape: readonly number[],
  white: 1 | 255,
  context: Watch,
): AsyncGenerator<Uint8Array> {
  yield encodeNpyHeader("|u1", shape);
  for (const { pixels, done, total } of inSamples(images)) {
    await breathe();
    yield white === 255 ? pixels : pixels.map((pixel) => (pixel * white) / 255);
    report(context, "drawing images", done, total);
  }
}
