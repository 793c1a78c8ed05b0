/** The memory of a graphics card as one buffer: every number of every program lies in it, so that all share one binding. */

import { BetalabError } from "../base/errors.ts";
import { Parts } from "./parts.ts";
import { type Buffer, type Device, MAP_READ, usage } from "./webgpu.ts";

const FIRST = 2 ** 24;
/** Buffers are read and written in words. */
const words = (bytes: number): number => Math.ceil(bytes / 4) * 4;

export class GpuHeap {
  /** Changes when it grows. */
  buffer: Buffer;
  readonly #device: Device;
  /** Bytes that it may have: what one binding holds. */
  readonly most: number;
  readonly #parts = new Parts(FIRST, (bytes) => this.#grow(bytes));
  #staging: Buffer | undefined;
  /** Whether there was no memory for it, which turns out later; not where the device is lost meanwhile. */
  #failed: Promise<boolean> = Promise.resolve(false);

  constructor(device: Device, most: number) {
    this.#device = device;
    this.most = most;
    this.buffer = this.#make(FIRST);
  }

  #make(size: number): Buffer {
    const { storage, copySource, copyTarget } = usage;
    this.#device.pushErrorScope("out-of-memory");
    const buffer = this.#device.createBuffer({ size, usage: storage | copySource | copyTarget });
    const failed = this.#device.popErrorScope().catch(() => null);
    this.#failed = Promise.all([this.#failed, failed]).then(([before, now]) => before || now !== null);
    return buffer;
  }

  /** Twice as large, or more, or as large as can be. */
  #grow(bytes: number): number {
    const before = this.buffer;
    const least = before.size + words(bytes);
    if (least > this.most) throw tooLarge(this.most);
    this.buffer = this.#make(Math.min(this.most, Math.max(2 * before.size, least)));
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(before, 0, this.buffer, 0, before.size);
    this.#device.queue.submit([encoder.finish()]);
    before.destroy();
    return this.buffer.size - before.size;
  }

  allocate(bytes: number): number {
    return this.#parts.allocate(bytes);
  }

  free(address: number): void {
    this.#parts.free(address);
  }

  write(address: number, data: ArrayBufferView): void {
    const { byteLength } = data;
    let whole = data;
    if (byteLength % 4 !== 0) {
      const padded = new Uint8Array(words(byteLength));
      padded.set(new Uint8Array(data.buffer, data.byteOffset, byteLength));
      whole = padded;
    }
    this.#device.queue.writeBuffer(this.buffer, address, whole);
  }

  /**
   * Reads parts of it, once all that was submitted is done.
   *
   * @throws BetalabError "device" when the card ran out of memory
   */
  async read(parts: readonly { readonly address: number; readonly bytes: number }[]): Promise<ArrayBuffer[]> {
    const total = parts.reduce((sum, { bytes }) => sum + words(bytes), 0);
    if (total === 0) return parts.map(() => new ArrayBuffer(0));
    const staging = this.#take(total);
    const encoder = this.#device.createCommandEncoder();
    let at = 0;
    for (const { address, bytes } of parts) {
      encoder.copyBufferToBuffer(this.buffer, address, staging, at, words(bytes));
      at += words(bytes);
    }
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ, 0, total);
    if (await this.#failed) throw outOfMemory(this.buffer.size);
    const mapped = staging.getMappedRange(0, total);
    at = 0;
    const read = parts.map(({ bytes }) => {
      const part = mapped.slice(at, at + bytes);
      at += words(bytes);
      return part;
    });
    staging.unmap();
    this.#give(staging);
    return read;
  }

  /** A buffer that can be read: the one that there is, if it is free and large enough. */
  #take(bytes: number): Buffer {
    const known = this.#staging;
    this.#staging = undefined;
    if (known !== undefined && known.size >= bytes) return known;
    known?.destroy();
    return this.#device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
  }

  #give(staging: Buffer): void {
    this.#staging?.destroy();
    this.#staging = staging;
  }
}

const HINT = "lower data.batchSize or the model's widths, or use the device cpu";
const sizeOf = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const tooLarge = (bytes: number): BetalabError =>
  new BetalabError("device", `this graphics card holds at most ${sizeOf(bytes)} in one piece`, HINT);

const outOfMemory = (bytes: number): BetalabError =>
  new BetalabError("device", `the graphics card ran out of memory at ${sizeOf(bytes)}`, HINT);
