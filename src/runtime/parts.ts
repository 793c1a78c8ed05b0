/** Who has which part of a memory. */

const ALIGNMENT = 64;
/** Behind every part: kernels may read a few numbers beyond an end. */
const GUARD = 64;

export class Parts {
  /** In order; together they are the memory. */
  readonly #parts: { start: number; bytes: number; free: boolean }[];
  readonly #grow: (bytes: number) => number;

  /**
   * @param bytes that there are at first
   * @param grow makes the memory larger by so many bytes at least, and returns by how many
   */
  constructor(bytes: number, grow: (bytes: number) => number) {
    this.#parts = [{ start: 0, bytes, free: true }];
    this.#grow = grow;
  }

  allocate(bytes: number): number {
    const size = Math.ceil((bytes + GUARD) / ALIGNMENT) * ALIGNMENT;
    let best = -1;
    for (let i = 0; i < this.#parts.length; i++) {
      const { free, bytes: there } = this.#parts[i]!;
      if (free && there >= size && (best < 0 || there < this.#parts[best]!.bytes)) best = i;
    }
    if (best < 0) best = this.#extend(size);
    const part = this.#parts[best]!;
    const rest = { start: part.start + size, bytes: part.bytes - size, free: true };
    this.#parts.splice(
      best,
      1,
      { start: part.start, bytes: size, free: false },
      ...(rest.bytes > 0 ? [rest] : []),
    );
    return part.start;
  }

  /** Grows until the last part is free and has so many bytes. */
  #extend(bytes: number): number {
    const last = this.#parts.at(-1)!;
    const more = this.#grow(bytes - (last.free ? last.bytes : 0));
    if (last.free) last.bytes += more;
    else this.#parts.push({ start: last.start + last.bytes, bytes: more, free: true });
    return this.#parts.length - 1;
  }

  free(address: number): void {
    const i = this.#parts.findIndex(({ start, free }) => start === address && !free);
    if (i < 0) throw new Error("internal: memory was freed twice");
    this.#parts[i]!.free = true;
    this.#join(i);
    this.#join(i - 1);
  }

  /** Makes one of a free part and the free one after it. */
  #join(i: number): void {
    const [part, next] = [this.#parts[i], this.#parts[i + 1]];
    if (!part?.free || !next?.free) return;
    part.bytes += next.bytes;
    this.#parts.splice(i + 1, 1);
  }
}
