/** The files under `test/fixtures/data`, what lies in them, and damage to them. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { BetalabError } from "../../src/base/errors.ts";
import { openDataset } from "../../src/data/node.ts";
import { joinSplits } from "../../src/data/split.ts";
import { temporaryFolder } from "./data.ts";

const folder = fileURLToPath(new URL("../fixtures/data", import.meta.url));
export const fixture = (name: string): string => join(folder, name);

const six = [0, 1, 2, 3, 4, 5];
/** The six images of `make.py`, `[6, 4, 3, 3]`, and in grey `[6, 4, 3]`. */
export const images = six.flatMap((i) =>
  Array.from(
    { length: 36 },
    (_, at) => 40 * i + 10 * Math.floor(at / 9) + 3 * (Math.floor(at / 3) % 3) + (at % 3),
  ),
);
export const grey = images.filter((_, at) => at % 3 === 0);
export const classes = [0, 1, 2, 0, 1, 2];

/** A data set with its images in the order of their first pixels: how they were divided is not what is asked here. */
export async function opened(source: string, path: string, options: object = {}) {
  const place = path.startsWith("/") ? path : fixture(path);
  const data = await openDataset(
    { source, ...options },
    { dataDirectory: place, explicit: true, cacheDirectory: temporaryFolder() },
  );
  const { images: all, labels } = joinSplits(data.train, data.heldOut);
  const size = all.height * all.width * all.channels;
  const pixels = new Uint8Array(all.count * size);
  all.read(
    Array.from({ length: all.count }, (_, i) => i),
    pixels,
  );
  const order = Array.from({ length: all.count }, (_, i) => i).sort(
    (a, b) => pixels[a * size]! - pixels[b * size]!,
  );
  return {
    data,
    notes: data.notes,
    whole: {
      order,
      pixels: order.flatMap((i) => [...pixels.subarray(i * size, (i + 1) * size)]),
      labels: labels && order.map((i) => labels.values[i]!),
      names: labels?.names,
    },
  };
}

/**
 * Cuts a file short and changes bytes in it, `runs` times: `read` must end, soon, well or with a `data` error.
 */
export async function fuzz(
  path: string,
  read: (path: string) => Promise<unknown>,
  runs: number,
): Promise<void> {
  const bytes = readFileSync(path);
  const damaged = join(temporaryFolder(), "damaged");
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 4 }),
      fc.nat(bytes.length),
      fc.boolean(),
      async (changes, end, cut) => {
        const copy = Uint8Array.from(cut ? bytes.subarray(0, end) : bytes);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        writeFileSync(damaged, copy);
        const started = performance.now();
        try {
          await read(damaged);
        } catch (error) {
          if (!(error instanceof BetalabError) || error.code !== "data") throw error;
        }
        if (performance.now() - started > 5000) throw new Error("it took more than five seconds");
      },
    ),
    { numRuns: runs },
  );
}
