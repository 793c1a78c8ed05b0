/** TFRecord is recognised, not read: what is said to somebody who brings it, whatever the source. */

import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { maskedCrc32c } from "../base/checksum.ts";
import { BetalabError } from "../base/errors.ts";
import type { DataContext } from "./context.ts";
import { firstBytes } from "./formats/streams.ts";
import type { DataInput } from "./section.ts";
import { isDirectory, isFile } from "./sources/find.ts";

/** `train.tfrecord`, `x.tfrecords.gz`, `dsprites-train.tfrecord-00000-of-00001`. */
const named = /\.tfrecords?\b/i;

/** Throws what opening a set failed with; where its place is TFRecord, that this isn't read and what to do instead. */
export const orTfrecord =
  ({ path }: DataInput, { dataDirectory, explicit }: DataContext) =>
  (error: unknown): never => {
    const place = explicit ? dataDirectory : (path ?? dataDirectory);
    if (!(error instanceof BetalabError) || error.code !== "data") throw error;
    if (typeof place !== "string" || !isTfrecord(place)) throw error;
    throw new BetalabError(
      "data",
      `${place}: TFRecord is not read, because no library on npm that reads it is kept up`,
      "write the set as NPZ, HDF5, Parquet or a tar of pictures, which are read: docs/data.md says how",
      { cause: error },
    );
  };

/** By the name or the checksum of the first record's length; of a folder, where it has nothing else but descriptions. */
function isTfrecord(place: string): boolean {
  if (isDirectory(place)) {
    const names = readdirSync(place).filter((name) => !/\.(json|txt)$/i.test(name));
    return names.length > 0 && names.every((name) => named.test(name));
  }
  if (!isFile(place)) return false;
  const head = firstBytes(place, 12);
  const sum = () => new DataView(head.buffer).getUint32(8, true);
  return named.test(basename(place)) || (head.length === 12 && sum() === maskedCrc32c(head.subarray(0, 8)));
}
