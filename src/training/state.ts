/**
 * All that changes while training, by name: weights, optimiser moments, buffers. Immutable: a step makes a new
 * one, so the state before a step that went wrong is still there. Between two calls it may lie on the device; then
 * it is only fed, until `read` brings it over.
 */

import { BetalabError } from "../base/errors.ts";
import { endToEnd } from "../base/lists.ts";
import type { TensorRecord } from "../base/safetensors.ts";
import { elementCount, inputName, type Program } from "../graph/index.ts";
import { averageOf, initialize, type StateSpec, unpacked } from "../nn/index.ts";
import type { Feeds, Resident } from "../runtime/index.ts";
import { nextState } from "./names.ts";

export class State {
  /** As programs take them: some hold several tensors, their members. */
  readonly specs: readonly StateSpec[];
  readonly #values: ReadonlyMap<string, Float32Array | Resident>;

  /** @param values by the name of each spec, members end to end */
  constructor(specs: readonly StateSpec[], values: ReadonlyMap<string, Float32Array | Resident>) {
    this.specs = specs;
    this.#values = values;
  }

  /** First values, from the seed. */
  static initial(specs: readonly StateSpec[], seed: number): State {
    return new State(specs, initialize(specs, seed));
  }

  /**
   * From a file's tensors.
   *
   * Throws a "run" error that names the tensor when one is missing or has another shape: the file belongs to another
   * model.
   */
  static restore(specs: readonly StateSpec[], tensors: Readonly<Record<string, TensorRecord>>): State {
    const values = new Map<string, Float32Array>();
    for (const spec of specs) {
      const [first, ...others] = unpacked([spec]).map(({ name, shape }) => {
        const tensor = tensors[name];
        const found = tensor === undefined ? "is missing" : `is ${tensor.dtype}[${tensor.shape}]`;
        if (tensor?.dtype !== "F32" || tensor.shape.join() !== shape.join()) {
          throw new BetalabError(
            "run",
            `the checkpoint does not fit the model: "${name}" ${found}, not F32[${shape}]`,
          );
        }
        return tensor.data as Float32Array;
      });
      values.set(spec.name, others.length === 0 ? first! : endToEnd(first!, ...others));
    }
    return new State(specs, values);
  }

  /** The numbers of one tensor by its own name, in row-major order. */
  get(name: string): Float32Array {
    for (const spec of this.specs) {
      if (spec.name === name) return this.#read(name);
      let start = 0;
      for (const member of spec.members ?? []) {
        const end = start + elementCount(member.shape);
        if (member.name === name) return this.#read(spec.name).subarray(start, end);
        start = end;
      }
    }
    throw new Error(`internal: no state "${name}"`);
  }

  #read(name: string): Float32Array {
    const value = this.#at(name);
    if (!(value instanceof Float32Array)) throw new Error(`internal: the state "${name}" was not read`);
    return value;
  }

  #at(name: string): Float32Array | Resident {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`internal: no state "${name}"`);
    return value;
  }

  /** The state tensors that a program takes, ready to be fed. */
  feeds({ inputs }: Pick<Program, "inputs">): Feeds {
    const wanted = new Set(inputs.map(inputName));
    return Object.fromEntries(
      this.specs
        .filter(({ name }) => wanted.has(name))
        .map(({ name, shape }) => {
          const value = this.#at(name);
          return [name, value instanceof Float32Array ? { dtype: "float32", shape, data: value } : value];
        }),
    );
  }

  /**
   * The state after a training call: what it returned, and as it was what it left alone. The device's memory of
   * what was replaced is freed: this state can't be fed any more if it lay there.
   */
  next(results: Feeds): State {
    const values = new Map(this.#values);
    for (const { name } of this.specs) {
      const changed = results[nextState.of(name)];
      if (changed === undefined) continue;
      const replaced = this.#at(name);
      if (!(replaced instanceof Float32Array)) replaced.release();
      values.set(name, "data" in changed ? (changed.data as Float32Array) : changed);
    }
    return new State(this.specs, values);
  }

  /** The same numbers in this machine's own memory; the device's is freed. */
  async read(): Promise<State> {
    const values = new Map<string, Float32Array>();
    for (const [name, value] of this.#values) {
      if (value instanceof Float32Array) {
        values.set(name, value);
      } else {
        values.set(name, (await value.read()).data as Float32Array);
        value.release();
      }
    }
    return new State(this.specs, values);
  }

  /**
   * Sets the optimiser's vanishing moments to zero.
   *
   * Moments of a weight whose gradient stays zero (a pixel that is always black, a dead unit) shrink at every
   * step and become denormal numbers after some 800, on which a processor is many times slower: a run on MNIST
   * loses a third of its speed. Below 1e-30 they are far under Adam's ε and move nothing. On a GPU they are
   * left as they are: to it they are numbers like others, or zero.
   */
  withoutVanishingMoments(): State {
    const values = new Map(this.#values);
    for (const { name, kind } of this.specs) {
      const value = this.#at(name);
      if (kind !== "moment") continue;
      if (value instanceof Float32Array) values.set(name, flushed(value));
      else value.update?.(flush);
    }
    return new State(this.specs, values);
  }

  /** The same but for the tensors that are given, which stand as averages too, where averages are kept. */
  withWeights(given: Readonly<Record<string, TensorRecord>>): State {
    const averages = Object.entries(given).map(([name, tensor]) => [averageOf(name), tensor] as const);
    return State.restore(this.specs, { ...this.records(), ...given, ...Object.fromEntries(averages) });
  }

  /** The state with which a model is used: averaged weights where the optimiser keeps them. It must have been read. */
  inUse(): State {
    if (!this.specs.some(({ kind }) => kind === "average")) return this;
    return State.restore(this.specs, usedTensors(this.records()));
  }

  /** Every tensor by its own name, for files. */
  records(): Record<string, TensorRecord> {
    return Object.fromEntries(
      unpacked(this.specs).map(({ name, shape }) => [name, { dtype: "F32", shape, data: this.get(name) }]),
    );
  }

  /** Number of trained weights. */
  get parameterCount(): number {
    return this.specs
      .filter(({ kind }) => kind === "parameter")
      .reduce((total, { shape }) => total + elementCount(shape), 0);
  }
}

/** A checkpoint's tensors as a model is used with them: in place of each weight its average, where there is one. */
export function usedTensors(
  tensors: Readonly<Record<string, TensorRecord>>,
): Readonly<Record<string, TensorRecord>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, tensors[averageOf(name)] ?? tensor]),
  );
}

/** The bits of 1e-30 as a float32: positive floats are ordered as their bits are. */
const VANISHING = new Uint32Array(Float32Array.of(1e-30).buffer)[0]!;

function flushed(values: Float32Array): Float32Array {
  const result = values.slice();
  flush(result);
  return result;
}

/** By bits, because comparing floats takes four times as long. */
function flush(values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i]! & 0x7fffffff) < VANISHING) bits[i] = 0;
  }
}
