/**
 * From the config section `data` to a data set that is ready to train on: the source is opened, cut to
 * `data.limit`, and divided where it has no test split of its own. Pure: what a source reads is its own business.
 */

import { sha256 } from "../base/sha256.ts";
import { type Binarization, binarizeImages } from "./binarize.ts";
import type { DataContext } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { heldOutOption } from "./options.ts";
import { type DataInput, type DataSection, parseSection } from "./section.ts";
import type { Source, SourceData } from "./source.ts";
import { divide, selectSplit, takeFirst } from "./split.ts";

/** Raised when dividing gives other images. */
const divisionVersion = 1;

/**
 * Opens the data set of a config, from one of `sources`. Close it when done.
 *
 * Throws `config` for wrong options (a limit or fraction that leaves nothing), `data` for what can't be found or
 * read, `disk` when the cache can't be written, `interrupted` when the context's signal is aborted.
 */
export async function openDataset(
  config: DataInput,
  context: DataContext,
  sources: readonly Source[],
): Promise<Dataset> {
  return (await openWithPlace(config, context, sources)).dataset;
}

/** `openDataset`, and where the pixels lie if in the packed cache. */
export async function openWithPlace(
  config: DataInput,
  context: DataContext,
  sources: readonly Source[],
): Promise<{ dataset: Dataset; cachePath: string | undefined }> {
  const { source, options } = parseSection(config, sources);
  const data = await source.open(ownOptions(source, options, context), context);
  try {
    return { dataset: binarized(toDataset(data, options), options.binarize), cachePath: data.cachePath };
  } catch (error) {
    data.close();
    throw error;
  }
}

/** The source's own options; without `path` where a person named another place for this call. */
function ownOptions(source: Source, options: DataSection, { explicit, dataDirectory }: DataContext) {
  const own = Object.keys(source.options.shape).map((key) => [key, options[key]] as const);
  const outranked = explicit === true && dataDirectory !== undefined;
  return Object.fromEntries(own.filter(([key]) => !(outranked && key === "path")));
}

/** What a source hands over, cut and divided. */
export function toDataset(
  data: SourceData,
  options: { readonly limit?: number | undefined; readonly heldOut?: unknown },
): Dataset {
  const { sets, name, close } = data;
  const { limit } = options;
  const notes = [...data.notes];
  const shared = { name, notes, close: () => close.call(data) };
  if ("train" in sets) {
    const train = takeFirst(sets.train, limit);
    noteLimit(notes, train.images.count, sets.train.images.count, "training images");
    return { ...shared, fingerprint: digest(data.fingerprint, limit), train, heldOut: sets.heldOut };
  }
  const all = takeFirst(sets.all, limit);
  const { count } = all.images;
  noteLimit(notes, count, sets.all.images.count, "images");
  const fraction = heldOutOption.parse(options.heldOut);
  const sides = divide(count, fraction);
  notes.push(
    `split here: ${sides.heldOut.length} of ${count} images ${sides.heldOut.length === 1 ? "is held out, the same one" : "are held out, the same ones"} for every seed`,
  );
  return {
    ...shared,
    fingerprint: digest(data.fingerprint, limit, divisionVersion, fraction),
    train: selectSplit(all, sides.train),
    heldOut: selectSplit(all, sides.heldOut),
  };
}

/** Grey pixels as black and white, where the config asks for it. */
function binarized(dataset: Dataset, mode: Binarization): Dataset {
  if (mode === "none") return dataset;
  const { train, heldOut } = dataset;
  return {
    ...dataset,
    fingerprint: digest(dataset.fingerprint, "binarize", mode),
    train: { ...train, images: binarizeImages(train.images, mode) },
    heldOut: { ...heldOut, images: binarizeImages(heldOut.images, mode) },
  };
}

function noteLimit(notes: string[], used: number, found: number, what: string): void {
  if (used < found) notes.push(`data.limit: the first ${used} of ${found} ${what}`);
}

const digest = (...parts: unknown[]): string => sha256(JSON.stringify(parts));
