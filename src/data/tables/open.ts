/** A file with the factors of a set that lies elsewhere: text, Parquet, or a table in a file of arrays. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { countFirst, tableOf } from "../arrays/side.ts";
import { type ArrayFile, requireModest } from "../formats/array-file.ts";
import { openHdf5 } from "../formats/hdf5.ts";
import { openMat } from "../formats/mat.ts";
import { openArrays } from "../formats/npz.ts";
import { recognise } from "../formats/recognise.ts";
import { unreadable } from "../formats/streams.ts";
import type { FactorsOption } from "../options.ts";
import type { Table } from "./choose.ts";
import { readParquetTable } from "./parquet.ts";
import { parseTable } from "./text.ts";

const openers: Readonly<Record<string, (path: string) => ArrayFile | Promise<ArrayFile>>> = {
  npz: openArrays,
  hdf5: openHdf5,
  mat: openMat,
};

/**
 * Reads the table of `data.factors.file`, a path from the folder of the data, from the folder around it, or from here.
 *
 * @param count images of the set
 *
 * Throws `data` naming the file for one that is not there, or no table.
 */
export async function readFactorFile(
  wanted: Exclude<FactorsOption, string> & { readonly file: string },
  place: string,
  count: number,
): Promise<{ table: Table; path: string }> {
  const path = locate(wanted.file, place);
  const label = basename(path);
  const format = recognise(path);
  if (format?.source === "parquet") return { path, table: await readParquetTable(path) };
  const open = openers[format?.source ?? ""];
  if (open === undefined) {
    requireModest(path, 8 * statSync(path).size);
    try {
      return { path, table: parseTable(readFileSync(path, "utf8"), label) };
    } catch (error) {
      throw unreadable(path, error);
    }
  }
  const file = await open(path);
  const only = file.names.length === 1 ? file.names[0] : undefined;
  const usual = ["latents_classes", "factors", "factor_classes", "labels"].find((one) =>
    file.names.includes(one),
  );
  const name = wanted.array ?? only ?? usual;
  if (name === undefined || !file.names.includes(name)) {
    const message = `${path}: which array has the factors? There are ${file.names.join(", ")}`;
    throw new BetalabError("data", message, "name it in data.factors.array");
  }
  const read = async (one: string) => countFirst(await (await file.open(one)).whole(), count);
  const values = wanted.values === undefined ? undefined : await read(wanted.values);
  const table = tableOf(await read(name), values, undefined, `${label}: ${name}`);
  if ("value" in table) return { path, table: table.value };
  throw new BetalabError("data", `${label}: ${name}: ${table.reason}`);
}

function locate(file: string, place: string): string {
  const within = statSync(place, { throwIfNoEntry: false })?.isDirectory() ? [join(place, file)] : [];
  const around = [...within, join(dirname(place), file), resolve(file)];
  const tried = isAbsolute(file) ? [file] : [...new Set(around)];
  const found = tried.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const places = tried.map((path) => `\n  ${path}`).join("");
  throw new BetalabError("data", `data.factors.file: ${file} is not there. Looked for:${places}`);
}
