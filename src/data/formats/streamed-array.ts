/** An array whose values follow its header in a stream, which is begun anew for each look at it. */

import { fromFortran } from "../arrays/layout.ts";
import { requireModest, type StoredArray } from "./array-file.ts";
import { decodeNumbers, lengthOf } from "./numbers.ts";
import { ByteReader, collect } from "./streams.ts";

/** Bytes of which a header takes a few: unpacking more for it would be in vain. */
const HEADER = 1 << 12;

/** What a header says of its array. */
type Header = Pick<StoredArray, "type" | "itemSize" | "shape" | "matlab"> & { readonly fortran?: boolean };

interface Reading<H extends Header> {
  /** The values' bytes, from a reader that stands behind the header. Default: all that is left, which must be as many as promised. */
  values?(reader: ByteReader, header: H): AsyncIterable<Uint8Array>;
  /** For arrays of text. */
  text?(header: H, bytes: Uint8Array): string[];
}

/**
 * Reads the header. Throws what `readHeader` throws.
 *
 * @param label of the array, for messages
 * @param content in chunks of about so many bytes, where it can be had so
 */
export async function streamedArray<H extends Header>(
  label: string,
  content: (chunkBytes?: number) => AsyncIterable<Uint8Array>,
  readHeader: (reader: ByteReader) => Promise<H>,
  { values, text }: Reading<H> = {},
): Promise<StoredArray> {
  const begin = async (chunkBytes?: number) => {
    const reader = new ByteReader(content(chunkBytes), label);
    try {
      return { reader, header: await readHeader(reader) };
    } catch (error) {
      await reader.close();
      throw error;
    }
  };
  const first = await begin(HEADER);
  await first.reader.close();
  const { type, itemSize, shape, fortran = false, matlab = false } = first.header;
  const bytes = lengthOf(shape) * itemSize;
  const chunks = async function* () {
    const { reader, header } = await begin();
    yield* values?.(reader, header) ?? reader.rest(bytes);
  };
  return {
    label,
    type,
    itemSize,
    shape,
    fortran,
    matlab,
    chunks,
    async whole() {
      requireModest(label, 8 * bytes);
      const all = await collect(chunks(), bytes);
      if (type === "text") return { shape, text: text!(first.header, all) };
      const numbers = decodeNumbers(all, type, label);
      return { shape, numbers: fortran ? fromFortran(numbers, shape) : numbers };
    },
  };
}
