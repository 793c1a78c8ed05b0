/** What a person drops on the page or opens: a run, arrays, pictures, or a zip of them. Nothing leaves the machine. */

import { unzip } from "fflate";
import { type SideArray, wholeIdx, wholeNpy } from "../../src/data/web.ts";
import type { ImageShape } from "../../src/models/index.ts";
import { readPicture } from "../picture.ts";
import { fromArrays } from "./brought-arrays.ts";
import type { BroughtData } from "./lab/protocol.ts";
import { type OpenedRun, openRun } from "./run-files.ts";

/** A file with its path in what was dropped. */
export interface Dropped {
  readonly path: string;
  bytes(): Promise<Uint8Array>;
  readonly blob: Blob;
}

/** Bytes that may come out of an archive: a page has about 2 GB for all it holds. */
const MOST = 1e9;
/** Pictures of other sizes come to this one. */
const PICTURE = 64;

export type Brought =
  | {
      readonly kind: "data";
      readonly source: "idx" | "npz" | "folder";
      readonly data: BroughtData;
      readonly notes: readonly string[];
    }
  | { readonly kind: "run"; readonly run: OpenedRun };

export function dropped(file: File, path: string = file.webkitRelativePath || file.name): Dropped {
  return { path, blob: file, bytes: async () => new Uint8Array(await file.arrayBuffer()) };
}

/** Files of a drop, those within folders too. Call while the event is being handled. */
export async function filesOf(transfer: DataTransfer): Promise<Dropped[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => dropped(file));
  return (await Promise.all(entries.map(walk))).flat();
}

async function walk(entry: FileSystemEntry): Promise<Dropped[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [dropped(file, entry.fullPath.replace(/^\//, ""))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Dropped[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await walk(one)));
  }
}

/** Throws an Error whose message says which file can't be used, and why. */
export async function readBrought(given: readonly Dropped[]): Promise<Brought> {
  const files = (await Promise.all(given.map(unpacked)))
    .flat()
    .filter(({ path }) => !/(^|\/)(\.|__MACOSX)/.test(path));
  if (files.length === 0) throw new Error("there is no file in what was dropped");
  if (files.some(({ path }) => /(^|\/)run\.json$/.test(path)))
    return { kind: "run", run: await openRun(files) };
  const arrays: { name: string; array: SideArray }[] = [];
  for (const file of files) {
    const name = file.path.split("/").at(-1)!;
    if (/\.npy$/i.test(name)) arrays.push({ name, array: wholeNpy(await file.bytes(), name) });
    else if (/idx\d|ubyte/i.test(name)) arrays.push({ name, array: wholeIdx(await file.bytes(), name) });
  }
  if (arrays.length > 0) {
    return { kind: "data", source: /\.npy$/i.test(arrays[0]!.name) ? "npz" : "idx", ...fromArrays(arrays) };
  }
  return { kind: "data", source: "folder", ...(await fromPictures(files)) };
}

/** A gzip'd file as it was, an archive's members, anything else itself. */
async function unpacked(file: Dropped): Promise<Dropped[]> {
  const head = new Uint8Array(await file.blob.slice(0, 4).arrayBuffer());
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const bytes = await inflated(file);
    return [{ path: file.path.replace(/\.gz$/i, ""), blob: new Blob([bytes]), bytes: async () => bytes }];
  }
  if (head[0] !== 0x50 || head[1] !== 0x4b) return [file];
  const members = await unzipped(await file.bytes(), file.path);
  return Object.entries(members)
    .filter(([path]) => !path.endsWith("/"))
    .map(([path, bytes]) => ({ path, blob: new Blob([bytes as BlobPart]), bytes: async () => bytes }));
}

async function inflated({ blob, path }: Dropped): Promise<Uint8Array<ArrayBuffer>> {
  const reader = blob.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read().catch(() => {
      throw new Error(`${path} is damaged or cut off: it can't be decompressed`);
    });
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > MOST) throw tooLarge(path);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function unzipped(bytes: Uint8Array, path: string): Promise<Record<string, Uint8Array>> {
  let total = 0;
  return new Promise((resolve, reject) => {
    const filter = ({ originalSize }: { originalSize: number }): boolean => {
      total += originalSize;
      return total <= MOST;
    };
    unzip(bytes, { filter }, (error, members) => {
      if (total > MOST) reject(tooLarge(path));
      else if (error !== null) reject(new Error(`${path} is no zip that can be read: ${error.message}`));
      else resolve(members);
    });
  });
}

const tooLarge = (path: string): Error =>
  new Error(`${path} would unpack to more than ${MOST / 1e9} GB: it is not opened`);

async function fromPictures(files: readonly Dropped[]): Promise<{ data: BroughtData; notes: string[] }> {
  const shape: ImageShape = { ...(await commonSize(files)), channels: 3 };
  const read: { pixels: Uint8Array; label: string }[] = [];
  const broken: string[] = [];
  for (const { path, blob } of files) {
    try {
      const pixels = await readPicture(blob, shape, path);
      read.push({ pixels, label: path.split("/").slice(0, -1).at(-1) ?? "" });
    } catch (error) {
      broken.push((error as Error).message);
    }
  }
  if (read.length < 2)
    throw new Error(broken[0] ?? "one picture is too few to train on: drop a folder or a zip of them");
  const isGrey = read.every(({ pixels }) =>
    pixels.every((value, i) => i % 3 === 0 || value === pixels[i - (i % 3)]),
  );
  const channels = isGrey ? 1 : 3;
  const each = shape.height * shape.width * channels;
  const images = new Uint8Array(read.length * each);
  read.forEach(({ pixels }, i) => {
    images.set(isGrey ? pixels.filter((_, p) => p % 3 === 0) : pixels, i * each);
  });
  const labels = read.map(({ label }) => label);
  const folders = new Set(labels).size;
  return {
    data: {
      name: `${read.length} pictures`,
      images,
      shape: [read.length, shape.height, shape.width, channels],
      ...(folders > 1 && folders < read.length && { labels }),
    },
    notes: [
      `${read.length} pictures${isGrey ? ", grey" : ""}, at ${shape.height} × ${shape.width}: those of other sizes are cropped around the centre and scaled`,
      ...(broken.length > 0 ? [`${broken.length} left out: ${broken[0]}`] : []),
    ],
  };
}

/** The pictures' own size where the first few share one that is small; else a square. */
async function commonSize(files: readonly Dropped[]): Promise<{ height: number; width: number }> {
  const sizes = new Set<string>();
  for (const { blob } of files.slice(0, 8)) {
    const bitmap = await createImageBitmap(blob).catch(() => undefined);
    if (bitmap !== undefined) sizes.add(`${bitmap.height} ${bitmap.width}`);
    bitmap?.close();
  }
  const [height, width] = sizes.size === 1 ? [...sizes][0]!.split(" ").map(Number) : [PICTURE, PICTURE];
  return height! <= PICTURE && width! <= PICTURE
    ? { height: height!, width: width! }
    : { height: PICTURE, width: PICTURE };
}
