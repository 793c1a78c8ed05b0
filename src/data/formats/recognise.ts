/** What a file is by its first bytes, whatever its name: said where it is given to the source of another format. */

import { BetalabError } from "../../base/errors.ts";
import { firstBytes } from "./streams.ts";

interface Format {
  /** For people: "HDF5". */
  readonly title: string;
  /** The source that reads it. */
  readonly source: string;
  /** The file's first bytes in hexadecimal. */
  readonly begins: RegExp;
}

const tar = /^.{514}7573746172/;

const formats: readonly Format[] = [
  { title: "NPY", source: "npz", begins: /^934e554d5059/ },
  { title: "HDF5", source: "hdf5", begins: /^894844460d0a1a0a/ },
  { title: "a MAT file", source: "mat", begins: /^4d41544c414220/ },
  { title: "Parquet", source: "parquet", begins: /^50415231/ },
  { title: "IDX", source: "idx", begins: /^0000(0[89b-e])0[1-4]/ },
  { title: "a pickle", source: "cifar", begins: /^800[2-5]/ },
  { title: "a matrix of smallNORB", source: "smallnorb", begins: /^5[1-6]4c3d1e/ },
  { title: "a picture", source: "folder", begins: /^(89504e47|ffd8ff|47494638|424d)/ },
  { title: "a tar archive", source: "folder", begins: tar },
  { title: "a zip archive of numpy's arrays", source: "npz", begins: /^504b0304(..)*2e6e7079/ },
  { title: "a zip archive", source: "folder", begins: /^504b0304/ },
];

/** Whether these are the first bytes of a tar archive. */
export const isTar = (bytes: Uint8Array): boolean =>
  tar.test(Buffer.from(bytes.subarray(0, 300)).toString("hex"));

/** The format, or nothing for one that isn't known. Throws `data` for a file that can't be read. */
export function recognise(path: string): Format | undefined {
  const beginning = Buffer.from(firstBytes(path, 300)).toString("hex");
  return formats.find(({ begins }) => begins.test(beginning));
}

/**
 * Throws `data` naming the source that reads the file, where that is another one.
 *
 * @param what the source reads: "a .npz or .npy file"
 */
export function refuseOther(path: string, source: string, what: string): void {
  const other = recognise(path);
  if (other === undefined || other.source === source) return;
  const hint = `read it by data.source: ${other.source}`;
  throw new BetalabError("data", `${path}: it is ${other.title}, not ${what}`, hint);
}
