/**
 * Pixels that come as a stream, kept where they fit: in memory when the set is small, in the packed cache
 * otherwise.
 */

import { createHash } from "node:crypto";
import { report } from "../../base/progress.ts";
import { type DataContext, defaultMemoryLimit } from "../context.ts";
import type { Images } from "../dataset.ts";
import { type ImagesShape, imageBytes, memoryImages } from "../images.ts";
import { createPacked, openPacked } from "./packed.ts";
import { cacheOf } from "./place.ts";

/** Images, where they lie if on disk, and how to let go of them. */
export interface StoredImages {
  readonly images: Images;
  readonly cachePath?: string;
  /** What was noticed when they were read. */
  readonly notes: readonly string[];
  close(): void;
}

export interface PixelStream {
  readonly shape: ImagesShape;
  /** Begins the stream; not called when the cache has the pixels already. Exactly the shape's bytes. */
  open(): Promise<{ readonly chunks: AsyncIterable<Uint8Array>; readonly notes: readonly string[] }>;
  /** Hex digest of all that the pixels depend on: their name in the cache. */
  readonly key: string;
  /** For progress. */
  readonly stage: string;
}

/** Keeps the pixels of a stream. Throws what the stream throws, and `disk` when the cache can't be written. */
export async function storePixels(stream: PixelStream, context: DataContext): Promise<StoredImages> {
  const { shape, stage } = stream;
  const total = shape.count * imageBytes(shape);
  const progress = (bytes: number) =>
    report(context, stage, Math.floor(bytes / imageBytes(shape)), shape.count);

  if (total <= (context.memoryLimit ?? defaultMemoryLimit)) {
    const { chunks, notes } = await stream.open();
    const pixels = new Uint8Array(total);
    let filled = 0;
    for await (const chunk of chunks) {
      pixels.set(chunk, filled);
      filled += chunk.length;
      progress(filled);
    }
    return { images: memoryImages(pixels, shape), notes, close() {} };
  }

  const cache = cacheOf(context);
  const cached = openPacked(cache, stream.key);
  if (cached) return stored(cached);
  const writer = createPacked(cache, stream.key, shape);
  try {
    const { chunks, notes } = await stream.open();
    const hash = createHash("sha256");
    let written = 0;
    for await (const chunk of chunks) {
      writer.write(chunk);
      hash.update(chunk);
      written += chunk.length;
      progress(written);
    }
    const { count, height, width, channels } = shape;
    const fingerprint = hash.digest("hex");
    return stored(writer.commit({ count, height, width, channels, fingerprint, notes: [...notes] }));
  } finally {
    writer.abort();
  }
}

function stored(packed: NonNullable<ReturnType<typeof openPacked>>): StoredImages {
  const { images, path, description } = packed;
  return { images, cachePath: path, notes: description.notes, close: () => images.close() };
}
