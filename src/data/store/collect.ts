/**
 * Pixels that come as a stream, kept where they fit: in memory when the set is small, in the packed cache
 * otherwise.
 */

import { createHash } from "node:crypto";
import { checkInterrupted, type DataContext, defaultMemoryLimit } from "../context.ts";
import type { Images } from "../dataset.ts";
import { type ImagesShape, imageBytes, memoryImages } from "../images.ts";
import { createPacked, openPacked } from "./packed.ts";

/** Images, where they lie if on disk, and how to let go of them. */
export interface StoredImages {
  readonly images: Images;
  readonly cachePath?: string;
  close(): void;
}

export interface PixelStream {
  readonly shape: ImagesShape;
  /** Begins the stream; not called when the cache has the pixels already. Exactly the shape's bytes. */
  open(): AsyncIterable<Uint8Array>;
  /** Hex digest of all that the pixels depend on: their name in the cache. */
  readonly key: string;
  /** For progress. */
  readonly stage: string;
}

/** Keeps the pixels of a stream. Throws what the stream throws, and `disk` when the cache can't be written. */
export async function storePixels(stream: PixelStream, context: DataContext): Promise<StoredImages> {
  const { shape, stage } = stream;
  const total = shape.count * imageBytes(shape);
  const report = (bytes: number) => {
    checkInterrupted(context);
    context.onProgress?.({ stage, done: Math.floor(bytes / imageBytes(shape)), total: shape.count });
  };

  if (total <= (context.memoryLimit ?? defaultMemoryLimit)) {
    const pixels = new Uint8Array(total);
    let filled = 0;
    for await (const chunk of stream.open()) {
      pixels.set(chunk, filled);
      filled += chunk.length;
      report(filled);
    }
    return { images: memoryImages(pixels, shape), close() {} };
  }

  const cached = openPacked(context.cacheDirectory, stream.key);
  if (cached) return stored(cached);
  const writer = createPacked(context.cacheDirectory, stream.key, shape);
  try {
    const hash = createHash("sha256");
    let written = 0;
    for await (const chunk of stream.open()) {
      writer.write(chunk);
      hash.update(chunk);
      written += chunk.length;
      report(written);
    }
    const { count, height, width, channels } = shape;
    const fingerprint = hash.digest("hex");
    return stored(writer.commit({ count, height, width, channels, fingerprint, notes: [] }));
  } finally {
    writer.abort();
  }
}

function stored(packed: NonNullable<ReturnType<typeof openPacked>>): StoredImages {
  return { images: packed.images, cachePath: packed.path, close: () => packed.images.close() };
}
