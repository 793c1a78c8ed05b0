/** What a reader of array files gives: arrays by name, each known by its header and read as a stream or whole. */

import { BetalabError } from "../../base/errors.ts";
import type { SideArray } from "../arrays/side.ts";
import type { NumberType } from "./numbers.ts";

/** An array of a kind that is not read, a pickle for one; the others of its file are none the worse. */
export class NotRead extends BetalabError {
  constructor(message: string, hint?: string) {
    super("data", message, hint);
  }
}

/** One array that lies in a file; only its header has been read. */
export interface StoredArray {
  /** For messages: the file and the array. */
  readonly label: string;
  readonly type: NumberType | "text";
  /** Bytes of one item. */
  readonly itemSize: number;
  /** `[]` for a scalar. */
  readonly shape: readonly number[];
  /** True where the first index runs fastest. */
  readonly fortran: boolean;
  /** True for MATLAB's arrays, whose last dimension commonly counts the images. */
  readonly matlab?: boolean;
  /** The values' bytes, all of them or an error. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** The whole array in memory, in C order. */
  whole(): Promise<SideArray>;
}

/** The arrays of one file. Holds nothing open between calls. */
export interface ArrayFile {
  readonly path: string;
  readonly names: readonly string[];
  /** Reads only the header. Throws `data` for an array that can't be read. */
  open(name: string): Promise<StoredArray>;
}

/** Bytes of a side array above which something is wrong with the file. */
const mostHeld = 2 ** 31;

/**
 * Refuses values that the file can't hold, before memory is taken for them.
 *
 * @param available bytes that there are after the header, as far as can be known
 */
export function requireHeld(label: string, promised: number, available: number): void {
  if (promised <= available) return;
  throw new BetalabError(
    "data",
    `${label}: truncated, its header promises ${promised} bytes of values and it has ${available}`,
    "copy or download the file again",
  );
}

/** Refuses to hold more in memory than a table beside images can need. */
export function requireModest(label: string, bytes: number): void {
  if (bytes <= mostHeld) return;
  throw new BetalabError("data", `${label}: ${bytes} bytes are too many to be held in memory`);
}

/** An array of bytes or of 32-bit integers that is in memory already, in pieces. */
export function heldArray(
  label: string,
  shape: readonly number[],
  pieces: readonly (Uint8Array | Int32Array)[],
): StoredArray {
  const integers = pieces[0] instanceof Int32Array;
  return {
    label,
    type: { name: integers ? "int32" : "uint8" },
    itemSize: integers ? 4 : 1,
    shape,
    fortran: false,
    async *chunks() {
      for (const { buffer, byteOffset, byteLength } of pieces)
        yield new Uint8Array(buffer, byteOffset, byteLength);
    },
    whole: async () => ({
      shape,
      numbers: pieces.length === 1 ? pieces[0]! : pieces.flatMap((piece) => [...piece]),
    }),
  };
}
