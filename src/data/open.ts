/**
 * From the config section `data` to a data set that is ready to train on: the source is opened, cut to
 * `data.limit`, and divided where it has no test split of its own.
 */

import { createHash } from "node:crypto";
import { BetalabError, suggest } from "../base/errors.ts";
import { type Binarization, binarizeImages } from "./binarize.ts";
import type { DataContext } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { type DataConfig, type DataConfigInput, dataConfigSchema, sources } from "./sources/index.ts";
import type { SourceData } from "./sources/source.ts";
import { divide, selectSplit, takeFirst } from "./split.ts";

/** Raised when dividing gives other images. */
const divisionVersion = 1;

/**
 * Opens the data set of a config. Close it when done.
 *
 * Throws `config` for wrong options (a limit or fraction that leaves nothing), `data` for what can't be found or
 * read, `disk` when the cache can't be written, `interrupted` when the context's signal is aborted.
 */
export async function openDataset(config: DataConfigInput, context: DataContext): Promise<Dataset> {
  return (await openWithPlace(config, context)).dataset;
}

/** `openDataset`, and where the pixels lie if in the packed cache. */
export async function openWithPlace(
  config: DataConfigInput,
  context: DataContext,
): Promise<{ dataset: Dataset; cachePath: string | undefined }> {
  const options = parseDataConfig(config);
  const source = sources.find((one) => one.name === options.source)!;
  const data = await source.open(options, context);
  try {
    return { dataset: binarized(toDataset(data, options), options.binarize), cachePath: data.cachePath };
  } catch (error) {
    data.close();
    throw error;
  }
}

/** The section with its defaults. Throws `config` naming the key, with the nearest name for an unknown one. */
export function parseDataConfig(config: unknown): DataConfig {
  const name = (config as { source?: unknown } | null)?.source;
  const names = sources.map((source) => source.name);
  const source = sources.find((one) => one.name === name);
  if (!source) {
    const message =
      name === undefined ? "data.source is missing" : `data.source: there is no source "${name}"`;
    throw new BetalabError("config", message, suggest(String(name ?? ""), names));
  }
  const result = dataConfigSchema.safeParse(config);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const hint = suggest(key, Object.keys(source.options.shape));
    throw new BetalabError("config", `data.${key}: the source "${source.name}" has no such key`, hint);
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], config);
  const where = ["data", ...issue.path].map(String).join(".");
  throw new BetalabError("config", `${where}: ${JSON.stringify(value)} won't do: ${issue.message}`);
}

function toDataset(data: SourceData, options: DataConfig): Dataset {
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
  // A source without `heldOut` that brings one set would be a slip; 0.1 is the option's default.
  const fraction = "heldOut" in options ? options.heldOut : 0.1;
  const sides = divide(count, fraction);
  notes.push(
    `split here: ${sides.heldOut.length} of ${count} images are held out, the same ones for every seed`,
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

function digest(...parts: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
