/**
 * A folder of pictures into the packed cache: decoded once, in parallel, written in order. Pictures that can't be
 * read are left out, counted and named.
 */

import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { BetalabError, messageOf } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { once } from "../../base/once.ts";
import { report } from "../../base/progress.ts";
import { checkInterrupted, type DataContext } from "../context.ts";
import type { NumberName } from "../formats/numbers.ts";
import type { PartName, Parts } from "../parts.ts";
import { darkness, decideRange, type ValueRange, ValueScan } from "../range.ts";
import { createPacked, openPacked, type Packed } from "../store/packed.ts";
import { cacheOf } from "../store/place.ts";
import { firstFew, labelsOfText } from "../tables/names.ts";
import type { DecodedPicture, DecodeOptions } from "./decode.ts";
import type { PlainCrew } from "./plain-crew.ts";
import { SamePictures } from "./same.ts";
import { byPart, commonDepth, folderLabels, folderParts, type PictureFile } from "./scan.ts";

/** More of them unreadable than this is an error: then something is wrong with the folder, not with a picture. */
const tolerated = 0.01;

/** Decoded pixels held at once, so that memory does not grow with the folder. */
const chunkBytes = 32 * 2 ** 20;

/** How many pictures libvips has at once: twice the cores, since each waits for the disk and for its turn. */
const parallelDecodes = 2 * availableParallelism();

/** Raised when decoding changes its pixels, or what it notes of them. */
const decoderVersion = 5;

/**
 * The packed pictures, from the cache or decoded now.
 *
 * Throws `data` when more than 1 % can't be read, `disk` when the cache can't be written, `interrupted`.
 */
export async function packFolder(
  folder: string,
  pictures: readonly PictureFile[],
  options: DecodeOptions,
  context: DataContext,
): Promise<Packed> {
  const key = createHash("sha256")
    .update(JSON.stringify({ decoderVersion, options }))
    .update(JSON.stringify(pictures.map(({ path, state }) => [path, state])))
    .digest("hex");
  const cache = cacheOf(context);
  const cached = openPacked(cache, key);
  if (cached) return cached;
  checkInterrupted(context);

  const { plainCrew } = await import("./plain-crew.ts");
  const imageSize = options.height * options.width * options.channels;
  const chunk = Math.max(parallelDecodes, Math.min(256, Math.floor(chunkBytes / imageSize)));
  const allPaths = pictures.map(({ path }) => path);
  const depth = commonDepth(allPaths);
  const parts = folderParts(allPaths, depth);
  const ordered = parts ? byPart(pictures, parts) : pictures;
  let deepNotes: readonly string[] = [];
  const ranges = once(async () => {
    const deep = await deepRanges(folder, ordered, options, context);
    deepNotes = deep.notes;
    return deep.ranges;
  });
  const writer = createPacked(cache, key, options);
  const crew = plainCrew(ordered.length, options);
  try {
    const hash = createHash("sha256").update(
      JSON.stringify([options.height, options.width, options.channels]),
    );
    const seen = new Originals();
    const same = new SamePictures();
    const levels = new ValueScan([0, 255]);
    const kept: PictureFile[] = [];
    const skipped: string[] = [];
    for (let start = 0; start < ordered.length; start += chunk) {
      const some = ordered.slice(start, start + chunk);
      const decoded = await decodeSome(some, crew, options, ranges, context);
      decoded.forEach((picture, i) => {
        const { path } = some[i]!;
        if (typeof picture === "string") {
          skipped.push(`${path}: ${picture}`);
          return;
        }
        writer.write(picture.pixels);
        hash.update(picture.pixels);
        kept.push(some[i]!);
        seen.add(picture);
        same.add(path, picture.pixels);
        levels.add(picture.pixels);
      });
      checkSkipped(folder, skipped, start + some.length, ordered.length);
      context.onProgress?.({ stage: "decoding pictures", done: start + some.length, total: ordered.length });
    }
    const paths = kept.map(({ path }) => path);
    const own = kept.flatMap(({ label }) => label ?? []);
    const { labels, note } =
      own.length > 0 && own.length === kept.length
        ? { labels: labelsOfText(own), note: undefined }
        : folderLabels(paths, depth + (parts ? 1 : 0));
    const counts = parts && countParts(paths.map((path) => parts.get(path)!));
    if (labels) hash.update(JSON.stringify(labels.names)).update(labels.values);
    if (counts) hash.update(JSON.stringify(counts));
    const { height, width, channels } = options;
    return writer.commit({
      count: kept.length,
      height,
      width,
      channels,
      fingerprint: hash.digest("hex"),
      ...(labels && { labels: { names: [...labels.names], values: [...labels.values] } }),
      ...(counts && { parts: counts }),
      paths,
      notes: [
        ...seen.notes(options),
        ...deepNotes,
        // `data.range` is for more than 8 bits.
        ...(deepNotes.length > 0 ? [] : darkness(levels, [0, 255], false)),
        ...same.notes(),
        ...(note === undefined ? [] : [note]),
        ...skippedNote(skipped),
      ],
    });
  } finally {
    writer.abort();
    crew.close();
  }
}

/** The pictures, or why they can't be read: the plain ones by the crew, then the others by libvips. */
async function decodeSome(
  pictures: readonly PictureFile[],
  crew: PlainCrew,
  options: DecodeOptions,
  ranges: () => Promise<ReadonlyMap<NumberName, ValueRange>>,
  context: DataContext,
): Promise<(DecodedPicture | string)[]> {
  // Threads read files themselves, one at a time; what is in an archive waits for them in memory.
  const atOnce = pictures.every(({ place }) => place !== undefined) ? crew.width : parallelDecodes;
  const plain = await inParallel(pictures, atOnce, async ({ problem, place, read }) => {
    checkInterrupted(context);
    const encoded = problem === undefined ? (place ?? (await read().catch(() => undefined))) : undefined;
    return encoded && crew.decode(encoded);
  });
  return inParallel(pictures, parallelDecodes, async ({ problem, read }, position) => {
    const known = problem ?? plain[position];
    if (known !== undefined) return known;
    checkInterrupted(context);
    const { decodePicture } = await import("./decode.ts");
    try {
      return await decodePicture(await read(), options, ranges);
    } catch (error) {
      if (error instanceof BetalabError) throw error;
      // All threads' reasons go through one place in libvips, from which another may have taken what follows the colon.
      return messageOf(error).split("\n")[0]!.replace(/:\s*$/, "");
    }
  });
}

/** How many pictures each split has, in the splits' order. */
function countParts(names: readonly PartName[]): Parts<number> {
  const counts: Parts<number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The range of all pictures of more than 8 bits, for each type that they have, after looking at each of them. */
async function deepRanges(
  folder: string,
  pictures: readonly PictureFile[],
  { background, range: said }: DecodeOptions,
  context: DataContext,
): Promise<{ ranges: ReadonlyMap<NumberName, ValueRange>; notes: string[] }> {
  const { deepPicture } = await import("./decode.ts");
  // A name without an ending, of a row of a table, says nothing.
  const candidates = pictures.filter(
    ({ path, problem }) => !problem && /(\.(png|tiff?|avif)|(^|[/ ])\d+)$/i.test(path),
  );
  const scans = new Map<NumberName, { scan: ValueScan; count: number }>();
  let done = 0;
  await inParallel(candidates, parallelDecodes, async (picture) => {
    checkInterrupted(context);
    const deep = await deepPicture(picture, background);
    done++;
    if (!deep) return;
    report(context, "looking at pictures of more than 8 bits", done, candidates.length);
    const found = scans.get(deep.type) ?? { scan: new ValueScan(said), count: 0 };
    found.scan.add(deep.values);
    scans.set(deep.type, { scan: found.scan, count: found.count + 1 });
  });
  const ranges = new Map<NumberName, ValueRange>();
  const notes: string[] = [];
  for (const [type, { scan, count }] of scans) {
    const decided = decideRange(type, scan, said, folder);
    ranges.set(type, decided.range);
    notes.push(
      ...decided.notes.map((note) =>
        note.startsWith("warning") ? note : `${plural(count, "picture")} with values of ${note}`,
      ),
    );
  }
  return { ranges, notes };
}

/** `work` on every item, `width` at a time, results in the items' order. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, position: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const position = next++;
      results[position] = await work(items[position]!, position);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

function skippedNote(skipped: readonly string[]): string[] {
  if (skipped.length === 0) return [];
  return [`${plural(skipped.length, "unreadable picture")} skipped: ${firstFew(skipped, 5)}`];
}

/** Asked after every chunk: a folder of two hundred thousand broken files is not read to its end. */
function checkSkipped(folder: string, skipped: readonly string[], tried: number, total: number): void {
  if (skipped.length <= total * tolerated) return;
  const among = tried === total ? `${total}` : `the first ${tried} of ${total}`;
  throw new BetalabError(
    "data",
    `${folder}: ${skipped.length} of ${among} pictures can't be read (more than 1 %): ${firstFew(skipped, 5)}`,
    "remove or replace these files",
  );
}

/** What the pictures were like before, for the notes. */
class Originals {
  #count = 0;
  #transparent = 0;
  #withFrames = 0;
  readonly #sizes = new Map<string, { width: number; height: number }>();

  add(picture: DecodedPicture): void {
    const { originalWidth: width, originalHeight: height } = picture;
    this.#count++;
    if (picture.transparent) this.#transparent++;
    if (picture.frames > 1) this.#withFrames++;
    this.#sizes.set(`${width}×${height}`, { width, height });
  }

  notes({ width, height, background }: DecodeOptions): string[] {
    const notes: string[] = [];
    const sizes = [...this.#sizes.values()];
    const first = sizes[0];
    const target = `${width}×${height} (width × height)`;
    if (sizes.length === 1 && first && (first.width !== width || first.height !== height)) {
      const cropped = first.width * height === first.height * width ? "" : "cropped around the centre and ";
      notes.push(`pictures of ${first.width}×${first.height} are ${cropped}resized to ${target}`);
    } else if (sizes.length > 1) {
      const byArea = sizes.sort((a, b) => a.width * a.height - b.width * b.height || a.width - b.width);
      const [small, large] = [byArea[0]!, byArea.at(-1)!];
      const range = `${small.width}×${small.height} to ${large.width}×${large.height}`;
      notes.push(
        `pictures of ${sizes.length} sizes, ${range}, are cropped around the centre and resized to ${target}`,
      );
    }
    const tooSmall = sizes.filter((one) => one.width < width || one.height < height).length;
    if (tooSmall > 0) notes.push("some pictures are smaller than that and are enlarged");
    if (this.#transparent > 0) {
      notes.push(
        `${this.#transparent} of ${this.#count} pictures ${this.#transparent === 1 ? "is partly transparent; it lies" : "are partly transparent; they lie"} on ${background}`,
      );
    }
    if (this.#withFrames > 0) {
      const have = this.#withFrames === 1 ? "picture has" : "pictures have";
      notes.push(`${this.#withFrames} ${have} several frames or pages; the first is taken`);
    }
    return notes;
  }
}
