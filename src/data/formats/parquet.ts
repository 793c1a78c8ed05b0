/**
 * Parquet by `hyparquet`, loaded when a file is opened: rows by groups, so that memory holds one group and not the file;
 * every compression by `hyparquet-compressors`.
 */

import { basename } from "node:path";
import type { ColumnChunk, FileMetaData, SchemaTree } from "hyparquet";
import { BetalabError } from "../../base/errors.ts";
import { requireModest } from "./array-file.ts";
import { unreadable } from "./streams.ts";

export interface ParquetFile {
  readonly count: number;
  /** Names of the columns, as they lie side by side. */
  readonly names: readonly string[];
  /** What the writer noted of the file, by key. */
  readonly notes: ReadonlyMap<string, string>;
  /** Before which row each group ends. */
  readonly groupEnds: readonly number[];
  /** The rows of one group, of these columns. */
  readGroup(group: number, columns: readonly string[]): Promise<Record<string, unknown>[]>;
}

/** Opens a Parquet file. Throws `data` when it is none, damaged or encrypted. */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import(
    "hyparquet"
  );
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw unreadable(basename(path), error, "no Parquet that can be read");
    }
  };
  return guarded(async () => {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    let rows = 0;
    const groupEnds = metadata.row_groups.map((group) => (rows += Number(group.num_rows)));
    for (const group of metadata.row_groups) {
      requireModest(`${basename(path)}: a group of rows`, Number(group.total_byte_size));
    }
    requireColumnsOfSchema(path, metadata, parquetSchema(metadata));
    if (!(Number.isSafeInteger(rows) && rows > 0))
      throw new BetalabError("data", `${path}: there are no rows in it`);
    const { compressors } = await import("hyparquet-compressors");
    return {
      count: rows,
      names: parquetSchema(metadata).children.map(({ element }) => element.name),
      notes: new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ""])),
      groupEnds,
      readGroup: (group, columns) =>
        guarded(() =>
          parquetReadObjects({
            file,
            metadata,
            compressors,
            columns: [...columns],
            rowStart: groupEnds[group - 1] ?? 0,
            rowEnd: groupEnds[group]!,
            // Pictures are bytes, not text.
            utf8: false,
          }),
        ),
    };
  });
}

/**
 * Every group must have the columns of the schema, each once and in its order. The reader starts on all columns that a group
 * lists and waits for those of the schema: damage in another one would be a rejection of nobody's, and end the process.
 */
function requireColumnsOfSchema(path: string, { row_groups }: FileMetaData, schema: SchemaTree): void {
  const leaves = ({ children, path }: SchemaTree): string[] =>
    children.length === 0 ? [path.join(".")] : children.flatMap(leaves);
  const expected = leaves(schema);
  const isThat = (columns: readonly ColumnChunk[]): boolean =>
    columns.length === expected.length &&
    columns.every(({ meta_data }, i) => meta_data?.path_in_schema.join(".") === expected[i]);
  if (new Set(expected).size === expected.length && row_groups.every(({ columns }) => isThat(columns)))
    return;
  throw new BetalabError("data", `${basename(path)}: its rows have other columns than its schema`);
}
