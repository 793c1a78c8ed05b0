/** The memory of WebAssembly, and who has which part of it. */

import { BetalabError } from "../base/errors.ts";

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What of `WebAssembly` is used: TypeScript has it among the types of pages alone. */
interface Wasm {
  readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => Memory;
  instantiate(
    bytes: Uint8Array,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<{
    readonly module: unknown;
    readonly instance: { readonly exports: Readonly<Record<string, (...args: number[]) => void>> };
  }>;
}

const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: Wasm };

const PAGE = 65_536;
/** All that 32 bits can address. */
const PAGES = 65_536;
const ALIGNMENT = 64;
/** Behind every part: kernels may read a few numbers beyond an end. */
const GUARD = 64;

export class Heap {
  /** What other threads see too where it is a shared one. */
  readonly memory: Memory;
  /** Parts in order; together they are the memory. */
  #parts: { start: number; bytes: number; free: boolean }[] = [{ start: 0, bytes: 16 * PAGE, free: true }];

  readonly isShared: boolean;

  /** @param wanted a shared memory, which it is not where the browser has no room for one */
  constructor(wanted: boolean) {
    const make = (shared: boolean) => new wasm.Memory({ initial: 16, maximum: PAGES, shared });
    try {
      this.memory = make(wanted);
      this.isShared = wanted;
    } catch {
      this.memory = make(false);
      this.isShared = false;
    }
  }

  /** A module that uses this memory, and its functions by number. */
  async instantiate(
    bytes: Uint8Array,
  ): Promise<{ module: unknown; kernels: ((...addresses: number[]) => void)[] }> {
    const { module, instance } = await wasm.instantiate(bytes, { host: { memory: this.memory } });
    return { module, kernels: Object.values(instance.exports) };
  }

  allocate(bytes: number): number {
    const size = Math.ceil((bytes + GUARD) / ALIGNMENT) * ALIGNMENT;
    let best = -1;
    for (let i = 0; i < this.#parts.length; i++) {
      const { free, bytes: there } = this.#parts[i]!;
      if (free && there >= size && (best < 0 || there < this.#parts[best]!.bytes)) best = i;
    }
    if (best < 0) best = this.#grow(size);
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

  #grow(bytes: number): number {
    const last = this.#parts.at(-1)!;
    const missing = bytes - (last.free ? last.bytes : 0);
    const pages = Math.ceil(missing / PAGE);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      const size = `${(this.memory.buffer.byteLength / 1e9).toFixed(1)} GB`;
      const hint = "lower data.batchSize or the model's widths";
      throw new BetalabError("device", `WebAssembly can't have more memory than ${size}`, hint, { cause });
    }
    if (last.free) last.bytes += pages * PAGE;
    else this.#parts.push({ start: last.start + last.bytes, bytes: pages * PAGE, free: true });
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

  /** The memory itself, until it grows. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  write(address: number, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array(this.memory.buffer, address, bytes.length).set(bytes);
  }

  read(address: number, to: ArrayBufferView): void {
    const bytes = new Uint8Array(to.buffer, to.byteOffset, to.byteLength);
    bytes.set(new Uint8Array(this.memory.buffer, address, bytes.length));
  }
}
