/** Where buffers lie: each from the kernel that first writes it to the last that reads it, in memory used again after. */

import type { Buffer } from "./pass.ts";

/** So that vectors do not cross cache lines, and neighbours may be read beyond an end. */
const ALIGNMENT = 64;

export const aligned = (bytes: number): number => Math.ceil((bytes + 16) / ALIGNMENT) * ALIGNMENT;

/** What a kernel does with memory. */
export interface Footprint {
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  /** Results that may take the place of an operand: element for element they are read before they are written. */
  readonly replaces: ReadonlyMap<Buffer, Buffer>;
}

/** Sets the offset of every own buffer of `kernels`; returns the bytes that they need, from `start` on. */
export function layOut(kernels: readonly Footprint[], start: number): number {
  const last = new Map<Buffer, number>();
  kernels.forEach(({ reads, writes }, i) => {
    for (const buffer of [...reads, ...writes]) if (isPlanned(buffer)) last.set(buffer, i);
  });
  const free = new FreeList(start);
  const placed = new Set<Buffer>();
  kernels.forEach(({ reads, writes, replaces }, i) => {
    if (reads.some((buffer) => last.has(buffer) && !placed.has(buffer)))
      throw new Error("internal: a kernel reads what is computed after it");
    for (const buffer of writes) {
      if (!last.has(buffer) || placed.has(buffer)) continue;
      placed.add(buffer);
      const before = replaces.get(buffer);
      if (before !== undefined && last.get(before) === i && placed.has(before)) {
        buffer.offset = before.offset;
        last.delete(before);
      } else buffer.offset = free.take(aligned(buffer.bytes));
    }
    for (const buffer of new Set([...reads, ...writes])) {
      if (last.get(buffer) === i) free.give(buffer.offset, aligned(buffer.bytes));
    }
  });
  return free.end;
}

/** What holds nothing is nowhere: no kernel may have made it. */
const isPlanned = ({ place, content, bytes }: Buffer): boolean =>
  place === "own" && content === undefined && bytes > 0;

/** Pieces of memory that nobody uses, in order. */
class FreeList {
  /** The first byte that was never used. */
  end: number;
  #pieces: { start: number; bytes: number }[] = [];

  constructor(start: number) {
    this.end = start;
  }

  /** The smallest piece that is large enough. */
  take(bytes: number): number {
    const fitting = this.#pieces.filter((piece) => piece.bytes >= bytes);
    const best = fitting.reduce<(typeof fitting)[0] | undefined>(
      (least, piece) => (least === undefined || piece.bytes < least.bytes ? piece : least),
      undefined,
    );
    if (best === undefined) {
      this.end += bytes;
      return this.end - bytes;
    }
    const { start } = best;
    best.start += bytes;
    best.bytes -= bytes;
    this.#pieces = this.#pieces.filter((piece) => piece.bytes > 0);
    return start;
  }

  give(start: number, bytes: number): void {
    const pieces = [...this.#pieces, { start, bytes }].sort((a, b) => a.start - b.start);
    this.#pieces = [];
    for (const piece of pieces) {
      const before = this.#pieces.at(-1);
      if (before !== undefined && before.start + before.bytes === piece.start) before.bytes += piece.bytes;
      else this.#pieces.push({ ...piece });
    }
  }
}
