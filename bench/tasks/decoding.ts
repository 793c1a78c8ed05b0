/**
 * Pictures to the packed cache, as `betalab train folder` does it before its first step: found, decoded, cropped
 * around the centre, resized to 64×64 and written.
 */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { openDataset } from "../../src/data/node.ts";
import { paintPhotograph } from "./photographs.ts";
import type { TaskGroup, TaskRow } from "./task.ts";

/** Different pictures; the files repeat them, which no decoder knows. */
const DIFFERENT = 20;
const SIZE = 64;
/** Grey values: two decoders and two Lanczos filters. */
const TOLERANCE = 2;

interface Album {
  readonly format: "jpeg" | "png";
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

const albums: readonly Album[] = [
  { format: "jpeg", width: 178, height: 218, count: 1000 },
  { format: "png", width: 178, height: 218, count: 1000 },
  { format: "jpeg", width: 1600, height: 1200, count: 60 },
];

export const decoding: TaskGroup = {
  name: "decoding",
  peer: { name: "pillow", module: "PIL.Image", packages: "pillow", script: "tasks_pillow.py" },
  rows: albums.map(albumRow),
  async write(folder) {
    for (const album of albums) await writeAlbum(join(folder, nameOf(album)), album);
  },
};

function nameOf({ format, width, height }: Album): string {
  return `${format}-${width}x${height}`;
}

function albumRow(album: Album): TaskRow {
  const { format, width, height, count } = album;
  const name = nameOf(album);
  return {
    name,
    title: `${format.toUpperCase()} ${width}×${height} → 64×64`,
    unit: "pictures",
    count,
    open(folder) {
      const cacheDirectory = join(folder, `${name}.cache`);
      return {
        async run() {
          rmSync(cacheDirectory, { recursive: true, force: true });
          const config = { source: "folder", path: join(folder, name), size: SIZE } as const;
          (await openDataset(config, { cacheDirectory })).close();
        },
        result() {
          const packed = join(cacheDirectory, "packed");
          const pixels = readdirSync(packed).find((file) => file.endsWith(".u8"))!;
          renameSync(join(packed, pixels), join(folder, `${name}.ours`));
          return count;
        },
      };
    },
    agreement: (_ours, _theirs, folder) => compare(folder, name),
  };
}

async function writeAlbum(folder: string, { format, width, height, count }: Album): Promise<void> {
  mkdirSync(folder);
  const files: Buffer[] = [];
  for (let i = 0; i < DIFFERENT; i++) {
    const picture = sharp(paintPhotograph(i, width, height), { raw: { width, height, channels: 3 } });
    files.push(await (format === "jpeg" ? picture.jpeg({ quality: 90 }) : picture.png()).toBuffer());
  }
  for (let i = 0; i < count; i++) {
    writeFileSync(join(folder, `${String(i).padStart(6, "0")}.${format}`), files[i % DIFFERENT]!);
  }
}

/** The mean difference of two sides' pixels, which lie in `NAME.ours` and `NAME.theirs`. */
function compare(folder: string, name: string): string {
  const [ours, theirs] = ["ours", "theirs"].map((side) => readFileSync(join(folder, `${name}.${side}`))) as [
    Buffer,
    Buffer,
  ];
  // Behind our pixels stands what the packed cache says of them.
  if (ours.length < theirs.length) return `THEY DIFFER: ${ours.length} and ${theirs.length} bytes`;
  let sum = 0;
  for (let i = 0; i < theirs.length; i++) sum += Math.abs(ours[i]! - theirs[i]!);
  const mean = sum / theirs.length;
  return `pixels ${mean.toFixed(2)} of 255 apart${mean > TOLERANCE ? ": THEY DIFFER" : ""}`;
}
