/**
 * The pictures of Parquet files as Hugging Face's data sets have them: a column of encoded pictures, perhaps one of
 * labels, with the names of the classes in the file's notes. Two groups of rows are in memory at most, of all files.
 */

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { report, type Watch } from "../../base/progress.ts";
import { openParquet, type ParquetFile } from "../formats/parquet.ts";
import { partOf } from "../parts.ts";
import type { FolderContent, PictureFile } from "./scan.ts";

const imageColumns = ["image", "img", "picture", "jpg", "png"];
const labelColumns = ["label", "labels", "fine_label", "class", "cls"];

/**
 * The pictures of these files in the order of their rows; a file called `train-…` or `test-…` is of that split.
 *
 * Throws `data` when there is no column of pictures.
 */
export async function scanParquet(paths: readonly string[], watch: Watch = {}): Promise<FolderContent> {
  const pictures: PictureFile[] = [];
  const readRow = rowReader();
  for (const path of paths) {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const state = [ino, size, mtimeNs, ctimeNs].join(" ");
    const file = await openParquet(path);
    const [first] = await file.readGroup(0, file.names);
    const column = [...imageColumns, ...file.names].find(
      (name) => first && bytesOf(first[name]) !== undefined,
    );
    if (column === undefined) {
      const message = `${path}: no column of pictures among ${file.names.join(", ")}`;
      throw new BetalabError(
        "data",
        message,
        "it holds encoded pictures (PNG, JPEG), as bytes or as { bytes, path }",
      );
    }
    const label = labelColumns.find((name) => file.names.includes(name));
    const labels = label === undefined ? undefined : await labelsOf(file, label, watch);
    const word = /^[a-z]+/i.exec(basename(path))?.[0] ?? "";
    const folder = partOf(word) === undefined ? "" : `${word}/`;
    const name = paths.length > 1 ? `${folder}${basename(path)} ` : folder;
    for (let row = 0; row < file.count; row++) {
      pictures.push({
        path: `${name}${row}`,
        state: `${state} ${row}`,
        ...(labels && { label: labels[row]! }),
        read: () => readRow(file, column, row),
      });
    }
  }
  return { pictures, notes: [] };
}

/** Encoded bytes, or the same within `{ bytes, path }`. */
function bytesOf(cell: unknown): Uint8Array | undefined {
  const inner = (cell as { bytes?: unknown } | null | undefined)?.bytes ?? cell;
  return inner instanceof Uint8Array ? inner : undefined;
}

/** Pictures by row; rows are asked for in order, so the last two groups are kept, of however many files. */
function rowReader(): (file: ParquetFile, column: string, row: number) => Promise<Uint8Array> {
  const held: { file: ParquetFile; group: number; rows: Promise<Record<string, unknown>[]> }[] = [];
  return async (file, column, row) => {
    const group = file.groupEnds.findIndex((end) => row < end);
    let rows = held.find((one) => one.file === file && one.group === group)?.rows;
    if (!rows) {
      rows = file.readGroup(group, [column]);
      held.push({ file, group, rows });
      if (held.length > 2) held.shift();
    }
    const cell = (await rows)[row - (file.groupEnds[group - 1] ?? 0)]?.[column];
    const bytes = bytesOf(cell);
    if (!bytes) throw new Error("there is no picture in this row");
    return bytes;
  };
}

async function labelsOf(file: ParquetFile, column: string, watch: Watch): Promise<string[]> {
  const names = classNames(file.notes.get("huggingface"), column);
  const labels: string[] = [];
  for (const group of file.groupEnds.keys()) {
    report({ signal: watch.signal }, "reading labels", labels.length, file.count);
    for (const row of await file.readGroup(group, [column])) {
      const value = row[column];
      labels.push(names?.[Number(value)] ?? String(value ?? "none"));
    }
  }
  return labels;
}

/** The names of the classes, from what Hugging Face's `datasets` notes of a file. */
function classNames(info: string | undefined, column: string): readonly string[] | undefined {
  try {
    const features = (
      JSON.parse(info ?? "{}") as { info?: { features?: Record<string, { names?: unknown }> } }
    ).info?.features;
    const names = features?.[column]?.names;
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}
