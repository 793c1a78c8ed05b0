/**
 * A `Runtime` out of WebAssembly that is compiled here (see `wasm/`): one heap in which inputs, weights and results
 * lie, so that what a call leaves is fed to the next one where it is. Another engine does what this one has no kernels for.
 */

import { allocate, bindInput, elementCount, inputName, type Program, type Value } from "../graph/index.ts";
import { compileWasm, missingInWasm, type WasmProgram } from "../wasm/index.ts";
import { type Other, withOther } from "./borrowed.ts";
import type { Crew, Work } from "./crew.ts";
import { Heap } from "./heap.ts";
import type { Feeds, KeepingSession, Resident, Runtime } from "./runtime.ts";

/** What WebAssembly can address, in bytes. */
export const ADDRESSED = 2 ** 32;

export interface WasmMachine extends Pick<Runtime, "description" | "memory"> {
  readonly note?: string | undefined;
  /** Several threads, of a memory that they share; default: one. */
  crew?(): Crew;
  /** An engine for files of ONNX, and for graphs with operators that this one has no kernels for. */
  other(): Promise<Other>;
}

export function openWasmRuntime(given: WasmMachine): Runtime {
  const { description, memory } = given;
  const heap = new Heap(given.crew !== undefined);
  const crew = heap.isShared ? given.crew?.() : undefined;
  return withOther({
    ...{ device: "cpu", description, memory, note: given.note, threads: crew?.threads ?? 1 },
    missing: missingInWasm,
    open: (program, kept) => new WasmSession(program, kept, heap, crew),
    other: given.other,
  });
}

/** A program for one set of sizes, ready to be called. */
interface Ready {
  readonly program: WasmProgram;
  readonly own: number;
  readonly kernels: readonly ((...addresses: number[]) => void)[];
  /** Addresses of all calls; the calls' parts one after another, and those of each call: the first, and how many. */
  readonly addresses: Int32Array;
  readonly works: readonly Work[];
  readonly calls: readonly { readonly first: number; readonly parts: number }[];
  /** Of the crew. */
  readonly number: number | undefined;
  /** The memory of inputs that are fed, and of outputs that are handed over, by base. */
  readonly fixed: Map<number, number>;
}

class WasmSession implements KeepingSession {
  readonly #program: Program;
  readonly #kept: ReadonlySet<string>;
  readonly #heap: Heap;
  readonly #crew: Crew | undefined;
  readonly #ready = new Map<string, Promise<Ready>>();

  constructor(program: Program, kept: readonly string[], heap: Heap, crew: Crew | undefined) {
    this.#program = program;
    this.#kept = new Set(kept);
    this.#heap = heap;
    this.#crew = crew;
  }

  async run(feeds: Feeds): ReturnType<KeepingSession["run"]> {
    const sizes = this.#bind(feeds);
    const key = [...sizes].join(";");
    let ready = this.#ready.get(key);
    if (ready === undefined) {
      ready = this.#compile(sizes);
      this.#ready.set(key, ready);
      // What failed for want of memory may do so once and never again.
      ready.catch(() => this.#ready.delete(key));
    }
    return this.#call(await ready, feeds, sizes);
  }

  /** The sizes that names stand for in this call. */
  #bind(feeds: Feeds): Map<string, number> {
    const sizes = new Map<string, number>();
    for (const tensor of this.#program.inputs) {
      const name = inputName(tensor)!;
      bindInput(name, tensor, feeds[name], sizes);
    }
    return sizes;
  }

  async #compile(sizes: ReadonlyMap<string, number>): Promise<Ready> {
    const crew = this.#crew;
    const program = compileWasm(this.#program, sizes, crew?.threads ?? 1);
    const { module, kernels } = await this.#heap.instantiate(program.module);
    const own = this.#heap.allocate(program.bytes);
    for (const { offset, data } of program.contents) this.#heap.write(own + offset, data);
    const works: Work[] = [];
    let length = 0;
    const calls = program.calls.map((parts) => {
      const first = works.length;
      for (const { kernel, arguments: list } of parts) {
        works.push({ kernel, from: length, to: length + list.length });
        length += list.length;
      }
      return { first, parts: parts.length };
    });
    const isShared = crew !== undefined && calls.some(({ parts }) => parts > 1);
    const addresses = new Int32Array(
      isShared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length),
    );
    const number = isShared ? crew.add({ memory: this.#heap.memory, module, addresses, works }) : undefined;
    return { program, own, kernels, addresses, works, calls, number, fixed: new Map() };
  }

  #call(
    ready: Ready,
    feeds: Feeds,
    sizes: ReadonlyMap<string, number>,
  ): Awaited<ReturnType<KeepingSession["run"]>> {
    const { program, addresses, number } = ready;
    const bases = [ready.own];
    for (const name of program.inputs) {
      const value = feeds[name]!;
      bases.push(value instanceof InHeap ? value.address : this.#feed(ready, bases.length, value as Value));
    }
    const outputs = program.outputs.map((name) => {
      const { dtype, shape } = this.#program.outputs[name]!;
      const bound = shape.map((size) => (typeof size === "number" ? size : sizes.get(size)!));
      const bytes = allocate(dtype, elementCount(bound)).byteLength;
      const keep = this.#kept.has(name);
      const address = keep ? this.#heap.allocate(bytes) : this.#fixed(ready, bases.length, bytes);
      bases.push(address);
      return { name, keep, lying: new InHeap(this.#heap, address, dtype, bound) };
    });
    let next = 0;
    for (const parts of program.calls)
      for (const part of parts)
        for (const { base, offset } of part.arguments) addresses[next++] = bases[base]! + offset;
    if (number !== undefined) this.#crew!.call();
    for (const { first, parts } of ready.calls) {
      if (parts === 1) run(ready, first);
      else this.#crew!.share(number!, first, parts, (part) => run(ready, first + part));
    }
    const results: Record<string, Value> = {};
    const kept: Record<string, Resident> = {};
    for (const { name, keep, lying } of outputs) {
      if (keep) kept[name] = lying;
      else results[name] = lying.value();
    }
    return { results, kept };
  }

  #feed(ready: Ready, base: number, value: Value): number {
    const address = this.#fixed(ready, base, value.data.byteLength);
    this.#heap.write(address, value.data);
    return address;
  }

  #fixed({ fixed }: Ready, base: number, bytes: number): number {
    const known = fixed.get(base) ?? this.#heap.allocate(bytes);
    fixed.set(base, known);
    return known;
  }

  async release(): Promise<void> {
    for (const pending of this.#ready.values()) {
      const ready = await pending.catch(() => undefined);
      if (ready === undefined) continue;
      const { own, fixed, number } = ready;
      if (number !== undefined) this.#crew!.forget(number);
      for (const address of [own, ...fixed.values()]) this.#heap.free(address);
    }
    this.#ready.clear();
  }
}

function run({ kernels, addresses, works }: Ready, work: number): void {
  const { kernel, from, to } = works[work]!;
  kernels[kernel]!(...addresses.subarray(from, to));
}

/** A result that lies in the heap. */
class InHeap implements Resident {
  readonly address: number;
  readonly dtype: Value["dtype"];
  readonly shape: readonly number[];
  readonly #heap: Heap;

  constructor(heap: Heap, address: number, dtype: Value["dtype"], shape: readonly number[]) {
    this.#heap = heap;
    this.address = address;
    this.dtype = dtype;
    this.shape = shape;
  }

  value(): Value {
    const data = allocate(this.dtype, elementCount(this.shape));
    this.#heap.read(this.address, data);
    return { dtype: this.dtype, shape: this.shape, data } as Value;
  }

  async read(): Promise<Value> {
    return this.value();
  }

  update(change: (values: Float32Array) => void): void {
    change(this.#heap.floats(this.address, elementCount(this.shape)));
  }

  release(): void {
    this.#heap.free(this.address);
  }
}
