/** A Parquet file as a table: its columns of numbers and text. */

import { basename } from "node:path";
import { openParquet } from "../formats/parquet.ts";
import type { Table, TableColumn } from "./choose.ts";

/** Reads all columns of numbers, booleans and text; others (lists, pictures) are left out. Throws `data`. */
export async function readParquetTable(path: string): Promise<Table> {
  const { count, names, groupEnds, readGroup } = await openParquet(path);
  const rows: Record<string, unknown>[] = [];
  for (const group of groupEnds.keys()) {
    // One at a time: a group may have more rows than a call takes arguments.
    for (const row of await readGroup(group, names)) rows.push(row);
  }
  const columns = names.flatMap((name): TableColumn[] => {
    const cells = rows.map((row) => row[name]);
    const filled = cells.find((cell) => cell !== null && cell !== undefined);
    if (typeof filled === "string") return [{ name, cells: cells.map((cell) => String(cell ?? "")) }];
    if (!["number", "bigint", "boolean"].includes(typeof filled)) return [];
    return [{ name, cells: Float64Array.from(cells, (cell) => (cell == null ? Number.NaN : Number(cell))) }];
  });
  return { label: basename(path), count, columns, named: true };
}
