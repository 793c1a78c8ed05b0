/**
 * Sessions of engines of our own: inputs, weights and results lie in one heap, and what a call leaves there is fed to the next
 * one where it is. A program is compiled once for each set of sizes.
 */

import { bindInput, type DType, elementCount, inputName, type Program, type Value } from "../graph/index.ts";
import type { Memory } from "../plan/index.ts";
import type { Feeds, KeepingSession, Resident } from "./runtime.ts";

/** Where a tensor lies in the heap. */
interface Placed {
  readonly address: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A program for one set of sizes. */
export interface Compiled extends Memory {
  /** Starts its kernels; `bases`: the addresses of its own memory, its inputs and its outputs, in order. */
  start(bases: readonly number[]): void;
  release(): void;
}

/** A heap, and what computes in it. */
export interface HeapEngine {
  readonly heap: {
    allocate(bytes: number): number;
    free(address: number): void;
    write(address: number, data: ArrayBufferView): void;
  };
  readonly bytesOf: Readonly<Record<DType, number>>;
  compile(program: Program, sizes: ReadonlyMap<string, number>): Promise<Compiled>;
  /** A value as it lies in the heap. */
  encode(value: Value): ArrayBufferView;
  read(tensors: readonly Placed[]): Promise<Value[]>;
  /** Changes float32 numbers where they lie, where a program can reach them. */
  update?(tensor: Placed, change: (values: Float32Array) => void): void;
}

/** A compiled program and its part of the heap. */
interface Ready {
  readonly compiled: Compiled;
  readonly own: number;
  /** The memory of inputs that are fed, and of outputs that are handed over, by base. */
  readonly fixed: Map<number, number>;
}

export class HeapSession implements KeepingSession {
  readonly #program: Program;
  readonly #kept: ReadonlySet<string>;
  readonly #engine: HeapEngine;
  readonly #ready = new Map<string, Promise<Ready>>();

  constructor(program: Program, kept: readonly string[], engine: HeapEngine) {
    this.#program = program;
    this.#kept = new Set(kept);
    this.#engine = engine;
  }

  async run(feeds: Feeds, meanwhile?: () => void): ReturnType<KeepingSession["run"]> {
    const sizes = new Map<string, number>();
    for (const tensor of this.#program.inputs) {
      const name = inputName(tensor)!;
      bindInput(name, tensor, feeds[name], sizes);
    }
    const key = [...sizes].join(";");
    let ready = this.#ready.get(key);
    if (ready === undefined) {
      ready = this.#compile(sizes);
      this.#ready.set(key, ready);
      // What failed for want of memory may do so once and never again.
      ready.catch(() => this.#ready.delete(key));
    }
    return this.#call(await ready, feeds, sizes, meanwhile);
  }

  async #compile(sizes: ReadonlyMap<string, number>): Promise<Ready> {
    const { heap } = this.#engine;
    const compiled = await this.#engine.compile(this.#program, sizes);
    const own = heap.allocate(compiled.bytes);
    for (const { offset, data } of compiled.contents) heap.write(own + offset, data);
    return { compiled, own, fixed: new Map() };
  }

  async #call(
    ready: Ready,
    feeds: Feeds,
    sizes: ReadonlyMap<string, number>,
    meanwhile: (() => void) | undefined,
  ): Promise<Awaited<ReturnType<KeepingSession["run"]>>> {
    const { compiled } = ready;
    const { heap, bytesOf } = this.#engine;
    const bases = [ready.own];
    for (const name of compiled.inputs) {
      const value = feeds[name]!;
      bases.push("data" in value ? this.#feed(ready, bases.length, value) : this.#addressOf(value));
    }
    const outputs = compiled.outputs.map((name) => {
      const { dtype, shape } = this.#program.outputs[name]!;
      const bound = shape.map((size) => (typeof size === "number" ? size : sizes.get(size)!));
      const bytes = elementCount(bound) * bytesOf[dtype];
      const keep = this.#kept.has(name);
      const address = keep ? heap.allocate(bytes) : this.#fixed(ready, bases.length, bytes);
      bases.push(address);
      return { name, keep, result: new InHeap(this.#engine, { address, dtype, shape: bound }) };
    });
    compiled.start(bases);
    const handed = outputs.filter(({ keep }) => !keep);
    const reading = this.#engine.read(handed.map(({ result }) => result));
    meanwhile?.();
    const values = await reading;
    const kept = outputs.filter(({ keep }) => keep);
    return {
      results: Object.fromEntries(handed.map(({ name }, i) => [name, values[i]!])),
      kept: Object.fromEntries(kept.map(({ name, result }) => [name, result])),
    };
  }

  #feed(ready: Ready, base: number, value: Value): number {
    const data = this.#engine.encode(value);
    const address = this.#fixed(ready, base, data.byteLength);
    this.#engine.heap.write(address, data);
    return address;
  }

  #addressOf(value: Resident): number {
    if (value instanceof InHeap && value.engine === this.#engine) return value.address;
    throw new Error("internal: a result of another runtime was fed");
  }

  #fixed({ fixed }: Ready, base: number, bytes: number): number {
    const known = fixed.get(base) ?? this.#engine.heap.allocate(bytes);
    fixed.set(base, known);
    return known;
  }

  async release(): Promise<void> {
    for (const pending of this.#ready.values()) {
      const ready = await pending.catch(() => undefined);
      if (ready === undefined) continue;
      ready.compiled.release();
      for (const address of [ready.own, ...ready.fixed.values()]) this.#engine.heap.free(address);
    }
    this.#ready.clear();
  }
}

/** A result that lies in the heap. */
class InHeap implements Resident, Placed {
  readonly engine: HeapEngine;
  readonly address: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly update?: (change: (values: Float32Array) => void) => void;

  constructor(engine: HeapEngine, { address, dtype, shape }: Placed) {
    this.engine = engine;
    this.address = address;
    this.dtype = dtype;
    this.shape = shape;
    if (engine.update !== undefined) this.update = (change) => engine.update!(this, change);
  }

  async read(): Promise<Value> {
    const [value] = await this.engine.read([this]);
    return value!;
  }

  release(): void {
    this.engine.heap.free(this.address);
  }
}
