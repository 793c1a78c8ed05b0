/**
 * A `Runtime` out of WebAssembly that is compiled here (see `wasm/`): one heap in which inputs, weights and results
 * lie, so that what a call leaves is fed to the next one where it is. Another engine does what this one has no kernels for.
 */

import { allocate, elementCount, type Program, type Value } from "../graph/index.ts";
import { bytesOf, compileWasm, missingInWasm } from "../wasm/index.ts";
import { type Other, withOther } from "./borrowed.ts";
import type { Crew, Work } from "./crew.ts";
import { Heap } from "./heap.ts";
import { type Compiled, type HeapEngine, HeapSession } from "./heap-session.ts";
import type { Runtime } from "./runtime.ts";

/** What WebAssembly can address, in bytes. */
export const ADDRESSED = 2 ** 32;

export interface WasmMachine extends Pick<Runtime, "description" | "memory"> {
  readonly note?: string | undefined;
  /** Awaited after each call, which is over before anything else gets its turn; a page's loop sees to that itself. */
  turn?(): Promise<void>;
  /** Several threads, of a memory that they share; default: one. */
  crew?(): Crew;
  /** An engine for files of ONNX, and for graphs with operators that this one has no kernels for. */
  other(): Promise<Other>;
}

export function openWasmRuntime(given: WasmMachine): Runtime {
  const { description, memory, turn } = given;
  const heap = new Heap(given.crew !== undefined);
  const crew = heap.isShared ? given.crew?.() : undefined;
  const engine = engineOf(heap, crew, turn);
  return withOther({
    ...{ device: "cpu", description, memory, note: given.note, threads: crew?.threads ?? 1 },
    missing: missingInWasm,
    open: (program, kept) => new HeapSession(program, kept, engine),
    other: given.other,
  });
}

function engineOf(heap: Heap, crew: Crew | undefined, turn: WasmMachine["turn"]): HeapEngine {
  return {
    heap,
    bytesOf,
    compile: (program, sizes) => compile(program, sizes, heap, crew),
    encode: ({ data }) => data,
    read: async (tensors) => {
      const values = tensors.map(({ address, dtype, shape }) => {
        const data = allocate(dtype, elementCount(shape));
        heap.read(address, data);
        return { dtype, shape, data } as Value;
      });
      // Only now: during a turn another call may write to the same addresses.
      await turn?.();
      return values;
    },
    update: ({ address, shape }, change) => change(heap.floats(address, elementCount(shape))),
  };
}

async function compile(
  source: Program,
  sizes: ReadonlyMap<string, number>,
  heap: Heap,
  crew: Crew | undefined,
): Promise<Compiled> {
  const { module: bytes, calls, ...memory } = compileWasm(source, sizes, crew?.threads ?? 1);
  const { module, kernels } = await heap.instantiate(bytes);
  /** The calls' parts one after another, whose addresses lie one after another; of each call: the first, and how many. */
  const works: Work[] = [];
  let length = 0;
  const shares = calls.map((parts) => {
    const first = works.length;
    for (const { kernel, arguments: list } of parts) {
      works.push({ kernel, from: length, to: length + list.length });
      length += list.length;
    }
    return { first, parts: parts.length };
  });
  const isShared = crew !== undefined && shares.some(({ parts }) => parts > 1);
  const addresses = new Int32Array(
    isShared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length),
  );
  /** Of the crew. */
  const number = isShared ? crew.add({ memory: heap.memory, module, addresses, works }) : undefined;
  const run = (work: number): void => {
    const { kernel, from, to } = works[work]!;
    kernels[kernel]!(...addresses.subarray(from, to));
  };
  return {
    ...memory,
    start(bases) {
      let next = 0;
      for (const parts of calls)
        for (const part of parts)
          for (const { base, offset } of part.arguments) addresses[next++] = bases[base]! + offset;
      if (number !== undefined) crew!.call();
      for (const { first, parts } of shares) {
        if (parts === 1) run(first);
        else crew!.share(number!, first, parts, (part) => run(first + part));
      }
    },
    release() {
      if (number !== undefined) crew!.forget(number);
    },
  };
}
