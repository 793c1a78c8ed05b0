import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/helpers/data.ts";
import { notBuilt } from "../../../test/helpers/processes.ts";
import type * as node from "../node.ts";
import { openDataset } from "../node.ts";

test.skipIf(notBuilt)(
  "threads read what one does: in order, the same pixels, the same unreadable one",
  async () => {
    const built: typeof node = await import(resolve("dist/node/data-node.js"));
    const folder = temporaryFolder();
    for (let i = 0; i < 110; i++) {
      const create = {
        width: 20 + (i % 7),
        height: 24,
        channels: 3 as const,
        background: { r: 2 * i, g: 9, b: 80 },
      };
      const picture = sharp({ create });
      const encoded = i % 3 === 0 ? picture.jpeg() : i % 10 === 1 ? picture.webp() : picture.png();
      const file = await encoded.toBuffer();
      writeFileSync(join(folder, `${i}.picture.png`), i === 60 ? file.subarray(0, 200) : file);
    }
    const config = { source: "folder", path: folder, size: 8, heldOut: 0.5 } as const;
    const [here, there] = await Promise.all(
      [openDataset, built.openDataset].map(async (open) => {
        const data = await open(config, { cacheDirectory: temporaryFolder() });
        data.close();
        return data;
      }),
    );
    expect(there!.fingerprint).toBe(here!.fingerprint);
    // What follows the first colon of a reason, threads may lose to each other.
    const told = (notes: readonly string[]) => notes.map((note) => note.replace(/(corrupt header).*/, "$1"));
    expect(told(there!.notes)).toEqual(told(here!.notes));
    expect(here!.notes.join()).toMatch(
      /1 unreadable picture skipped: 60\.picture\.png: Input buffer has corrupt header/,
    );
    expect(here!.train.images.count + here!.heldOut.images.count).toBe(109);
  },
);
