/** The memory of WebAssembly, which grows as it is needed. */

import { BetalabError } from "../base/errors.ts";
import { type Memory, wasm } from "../base/webassembly.ts";
import { Parts } from "./parts.ts";

const PAGE = 65_536;
/** All that 32 bits can address. */
const PAGES = 65_536;
export class Heap {
  /** What other threads see too where it is a shared one. */
  readonly memory: Memory;
  readonly #parts = new Parts(16 * PAGE, (bytes) => this.#grow(bytes));

  readonly isShared: boolean;

  /** @param wanted a shared memory, which it is not where the browser has no room for one */
  constructor(wanted: boolean) {
    const make = (shared: boolean) => new wasm.Memory({ initial: 16, maximum: PAGES, shared });
    try {
      this.memory = make(wanted);
      this.isShared = wanted;
    } catch {
      this.isShared = false;
      try {
        this.memory = make(false);
      } catch (cause) {
        const hint = "raise what limits the addresses of a process (ulimit -v), or use another engine";
        throw new BetalabError("device", "WebAssembly gets no memory here", hint, { cause });
      }
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
    return this.#parts.allocate(bytes);
  }

  free(address: number): void {
    this.#parts.free(address);
  }

  #grow(bytes: number): number {
    const pages = Math.ceil(bytes / PAGE);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      const size = `${(this.memory.buffer.byteLength / 1e9).toPrecision(2)} GB`;
      const hint = "lower data.batchSize or the model's widths, or raise what limits addresses (ulimit -v)";
      throw new BetalabError("device", `WebAssembly can't have more memory than ${size}`, hint, { cause });
    }
    return pages * PAGE;
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
