/** Which array of a file is which: images, labels and factors, by the names under which they are commonly saved. */

import { basename } from "node:path";
import { BetalabError, suggest } from "../../base/errors.ts";
import { type ArrayFile, NotRead, type StoredArray } from "../formats/array-file.ts";
import type { FactorsOption } from "../options.ts";
import { type Parts, partNames } from "../parts.ts";
import type { ArrayPart } from "./part.ts";

/** Most telling first. */
const imageNames = ["imgs", "images", "image", "x", "data", "pixels", "im", "ff", "faces", "arr_0", "array"];
const labelNames = ["labels", "label", "y", "targets", "target", "classes", "class"];

/** `train_images`, `x_train`, `val_labels`: the split of an array's name and what is left of it. */
const splitName =
  /^(?:(?<before>train|training|val|valid|validation|dev|test)[_/-](?<what>\w+)|(?<stem>\w+)[_/-](?<after>train|training|val|valid|validation|dev|test))$/i;

export interface WantedArrays {
  /** `data.images`. */
  readonly images?: string | undefined;
  /** `data.labels`: a name, or "none". */
  readonly labels?: string | undefined;
  /** `data.factors`: a name, "none", or where they are. */
  readonly factors?: FactorsOption | undefined;
}

/** The arrays of each of the set's own splits, or of one set. Throws `data` listing what there is. */
export async function findArrays(file: ArrayFile, wanted: WantedArrays): Promise<Parts<ArrayPart>> {
  if (wanted.images === undefined) {
    const parts = splitArrays(file);
    if (parts.train && (parts.val || parts.test)) return openSplits(file, parts, wanted);
  }
  const notes: string[] = [];
  const optional = async (what: string, given: string | undefined, names: readonly string[]) => {
    if (given === "none") return undefined;
    if (given !== undefined) return file.open(existing(file, given, `data.${what}`));
    return attempt(file, find(file.names, names), what, notes);
  };
  const names = async (key: string) =>
    (await optional(key, undefined, [key]))?.whole().then(({ text }) => text);
  const images = await findImages(file, wanted.images);
  const side = splitName.exec(images.name)?.groups;
  const [before, after] = [side?.before ? `${side.before}_` : "", side?.after ? `_${side.after}` : ""];
  const own = labelNames.map((name) => `${before}${name}${after}`.toLowerCase());
  const labels = await optional("labels", wanted.labels, [...own, ...labelNames]);
  const said = typeof wanted.factors === "object" ? wanted.factors : { array: wanted.factors };
  const { file: elsewhere, values: valuesName } = said as Exclude<FactorsOption, string>;
  const array = elsewhere === undefined ? said.array : "none";
  const factors = await optional("factors", array, ["latents_classes", "factors", "factor_classes"]);
  const values =
    array === undefined || (elsewhere === undefined && valuesName !== undefined)
      ? await optional("factors", valuesName, ["latents_values", "factor_values"])
      : undefined;
  return {
    all: {
      images: images.array,
      labels,
      labelsWanted: wanted.labels === undefined ? undefined : "asked",
      labelNames: labels && (await names("label_names")),
      factors,
      factorValues: values,
      factorsWanted: wanted.factors === undefined ? undefined : "asked",
      factorNames: (factors ?? values) && (await names("factor_names")),
      notes,
    },
  };
}

/** The arrays of one split, by what their names are without the split's. */
type Names = { readonly images: string; readonly byStem: ReadonlyMap<string, string> };

async function openSplits(
  file: ArrayFile,
  parts: Parts<Names>,
  wanted: WantedArrays,
): Promise<Parts<ArrayPart>> {
  const { factors } = wanted;
  const array = typeof factors === "object" && factors.file === undefined ? factors.array : factors;
  if (typeof array === "string" && array !== "none") {
    throw new BetalabError(
      "data",
      `data.factors: "${array}", but ${basename(file.path)} has splits of its own, beside which no array of factors is read`,
      "name a file with the rows of all splits, those of train first: data.factors.file",
    );
  }
  const stem = stemOfLabels(file, parts, wanted.labels);
  const opened: Parts<ArrayPart> = {};
  for (const name of partNames) {
    const part = parts[name];
    if (!part) continue;
    const notes: string[] = [];
    const { byStem } = part;
    const labels =
      wanted.labels === "none" ? undefined : byStem.get(stem ?? usualOf(byStem, labelNames) ?? "");
    opened[name] = {
      images: await file.open(part.images),
      labels: await attempt(file, labels, "labels", notes),
      labelsWanted: wanted.labels === undefined ? undefined : "asked",
      notes,
    };
  }
  return opened;
}

/** Of the arrays' names, in groups or not, the one that comes first in a list of usual ones. */
const find = (names: readonly string[], usual: readonly string[]): string | undefined =>
  usual.flatMap((name) => names.filter((one) => one.toLowerCase().replace(/^.*\//, "") === name))[0];

const usualOf = (byStem: ReadonlyMap<string, string>, usual: readonly string[]): string | undefined =>
  find([...byStem.keys()], usual);

/** Of `y_train` that is `y`, which every split has then; nothing where no labels are asked for. */
function stemOfLabels(file: ArrayFile, parts: Parts<Names>, wanted: string | undefined): string | undefined {
  if (wanted === undefined || wanted === "none") return undefined;
  const name = existing(file, wanted, "data.labels");
  const all = Object.values(parts).map(({ byStem }) => byStem);
  const stem = all.flatMap((byStem) => [...byStem]).find(([, one]) => one === name)?.[0];
  if (stem !== undefined && all.every((byStem) => byStem.has(stem))) return stem;
  throw new BetalabError(
    "data",
    `data.labels: "${name}", but not every split of ${basename(file.path)} has such an array`,
    `the arrays are ${file.names.join(", ")}`,
  );
}

/** Omniglot's way: `testdata` beside `data`, which is then to train on. */
function pairedSplit(name: string, names: readonly string[]): Record<string, string> | undefined {
  const [, after] = /^test(\w+)$/i.exec(name) ?? [];
  if (after !== undefined && names.includes(after)) return { before: "test", what: after };
  return names.includes(`test${name}`) ? { before: "train", what: name } : undefined;
}

function splitArrays(file: ArrayFile): Parts<Names> {
  const bySplit: Parts<Map<string, string>> = {};
  for (const name of file.names) {
    const {
      before,
      what = name,
      stem,
      after,
    } = pairedSplit(name, file.names) ?? splitName.exec(name)?.groups ?? {};
    const word = (before ?? after)?.toLowerCase();
    if (word === undefined) continue;
    const split = word.startsWith("train") ? "train" : word === "test" ? "test" : "val";
    bySplit[split] ??= new Map();
    bySplit[split].set(stem ?? what, name);
  }
  const parts: Parts<Names> = {};
  for (const split of partNames) {
    const byStem = bySplit[split];
    const images = byStem?.get(usualOf(byStem, imageNames) ?? "");
    if (byStem && images !== undefined) parts[split] = { images, byStem };
  }
  return parts;
}

/** The one asked for, a common name, or the only one with 3 or 4 dimensions. */
async function findImages(
  file: ArrayFile,
  wanted: string | undefined,
): Promise<{ name: string; array: StoredArray }> {
  const sure = wanted === undefined ? find(file.names, imageNames) : existing(file, wanted, "data.images");
  if (sure !== undefined) return { name: sure, array: await file.open(sure) };
  const found: { name: string; array: StoredArray }[] = [];
  const shapes: string[] = [];
  for (const name of file.names) {
    const array = await attempt(file, name, name, []);
    shapes.push(`${name} (${array ? array.shape.join(" × ") || "a single number" : "can't be read"})`);
    if (array && [3, 4].includes(array.shape.length)) found.push({ name, array });
  }
  if (found.length === 1) return found[0]!;
  const told = shapes.slice(0, 12);
  if (told.length < shapes.length) told.push(`and ${shapes.length - told.length} more`);
  throw new BetalabError(
    "data",
    `${basename(file.path)}: ${found.length === 0 ? "no array of images" : "several arrays of images"} among ${told.join(", ") || "no arrays at all"}`,
    "images are [count, height, width] or [count, height, width, channel]; name the array in data.images",
  );
}

function existing(file: ArrayFile, name: string, option: string): string {
  if (file.names.includes(name)) return name;
  const message = `${option}: ${basename(file.path)} has no array "${name}"`;
  throw new BetalabError("data", message, suggest(name, file.names));
}

/** An array that does no harm where it is of a kind that isn't read; a damaged one is an error. */
async function attempt(
  file: ArrayFile,
  name: string | undefined,
  what: string,
  notes: string[],
): Promise<StoredArray | undefined> {
  if (name === undefined) return undefined;
  try {
    return await file.open(name);
  } catch (error) {
    if (!(error instanceof NotRead)) throw error;
    notes.push(`${what} left out: ${error.message}`);
    return undefined;
  }
}
