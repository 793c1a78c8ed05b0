/** One memory that libjpeg-turbo, the kernels for pictures and the pictures themselves live in. */

import { wasm } from "../../base/webassembly.ts";
import { type JpegTurbo, openJpegTurbo } from "./jpeg-turbo.ts";
import type { PngFilter } from "./unfilter-kernel.ts";

/** What kernels write and read beyond an end. */
const SLACK = 64;

/** Pixels in the memory, `[height, width, channels]`. */
export interface PlacedPixels {
  readonly address: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
}

/** libjpeg-turbo and the kernels (see `picture-modules.ts`), compiled: threads share them. */
export interface PictureModules {
  readonly turbo: object;
  readonly kernels: object;
}

type Kernel = (...operands: number[]) => void;

export class PictureMemory {
  readonly turbo: JpegTurbo;
  readonly rows: Kernel;
  /** By the channels of a picture. */
  readonly columns: Readonly<Record<1 | 3, Kernel>>;
  readonly unfilter: Readonly<Record<PngFilter, Kernel>>;
  readonly #rooms = new Map<string, { address: number; length: number }>();

  constructor({ turbo, kernels }: PictureModules) {
    this.turbo = openJpegTurbo(turbo);
    const { exports } = new wasm.Instance(kernels, { host: { memory: this.turbo.memory } });
    const [rows, grey, colour, left, up, mean, paeth] = Object.values(exports) as Kernel[];
    this.rows = rows!;
    this.columns = { 1: grey!, 3: colour! };
    this.unfilter = { 1: left!, 2: up!, 3: mean!, 4: paeth! };
  }

  /** What lies there, until something is placed. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.turbo.memory.buffer, address, length);
  }

  /** The address of `length` bytes, which stay until more are asked for under that name. */
  room(name: string, length: number): number {
    const known = this.#rooms.get(name);
    if (known && known.length >= length) return known.address;
    if (known) this.turbo.free(known.address);
    this.#rooms.delete(name);
    const address = this.turbo.malloc(length + SLACK);
    if (address === 0) throw new Error("WebAssembly has no more memory");
    this.#rooms.set(name, { address, length });
    return address;
  }

  /** The address of a copy. */
  place(name: string, bytes: Uint8Array): number {
    const address = this.room(name, bytes.length);
    this.bytes(address, bytes.length).set(bytes);
    return address;
  }
}
