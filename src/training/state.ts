/**
 * All that changes while training, by name: weights, optimiser moments, buffers. Immutable: a step makes a new
 * one, so the state before a step that went wrong is still there.
 */

import { BetalabError } from "../base/errors.ts";
import type { TensorRecord } from "../base/safetensors.ts";
import { elementCount, inputName, type Program, type Value } from "../graph/index.ts";
import { initialize, type StateSpec } from "../nn/index.ts";

export class State {
  readonly specs: readonly StateSpec[];
  readonly #values: ReadonlyMap<string, Float32Array>;

  constructor(specs: readonly StateSpec[], values: ReadonlyMap<string, Float32Array>) {
    this.specs = specs;
    this.#values = values;
  }

  /** First values, from the seed. */
  static initial(specs: readonly StateSpec[], seed: number): State {
    return new State(specs, initialize(specs, seed));
  }

  /**
   * From a checkpoint's tensors.
   *
   * Throws a "run" error that names the tensor when one is missing or has another shape: the checkpoint
   * belongs to another model.
   */
  static restore(specs: readonly StateSpec[], tensors: Readonly<Record<string, TensorRecord>>): State {
    const values = new Map<string, Float32Array>();
    for (const { name, shape } of specs) {
      const tensor = tensors[name];
      const found = tensor === undefined ? "is missing" : `is ${tensor.dtype}[${tensor.shape}]`;
      if (tensor?.dtype !== "F32" || tensor.shape.join() !== shape.join()) {
        throw new BetalabError(
          "run",
          `the checkpoint does not fit the model: "${name}" ${found}, not F32[${shape}]`,
        );
      }
      values.set(name, tensor.data as Float32Array);
    }
    return new State(specs, values);
  }

  get(name: string): Float32Array {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`internal: no state "${name}"`);
    return value;
  }

  /** The state tensors that a program takes, ready to be fed. */
  feeds(program: Program): Record<string, Value> {
    const wanted = new Set(program.inputs.map(inputName));
    return Object.fromEntries(
      this.specs
        .filter(({ name }) => wanted.has(name))
        .map(({ name, shape }) => [name, { dtype: "float32", shape, data: this.get(name) } satisfies Value]),
    );
  }

  /** The state after a training call: what it returned, and as it was what it left alone. */
  next(results: Readonly<Record<string, Value>>): State {
    const values = new Map(this.#values);
    for (const { name } of this.specs) {
      const changed = results[`next:${name}`];
      if (changed !== undefined) values.set(name, changed.data as Float32Array);
    }
    return new State(this.specs, values);
  }

  /**
   * Sets the optimiser's vanishing moments to zero.
   *
   * Moments of a weight whose gradient stays zero (a pixel that is always black, a dead unit) shrink at every
   * step and become denormal numbers after some 800, on which a processor is many times slower: a run on MNIST
   * loses a third of its speed. Below 1e-30 they are far under Adam's ε and move nothing.
   */
  withoutVanishingMoments(): State {
    const values = new Map(this.#values);
    for (const { name, kind } of this.specs) {
      if (kind === "moment") values.set(name, flushed(this.get(name)));
    }
    return new State(this.specs, values);
  }

  /** For a checkpoint. */
  records(): Record<string, TensorRecord> {
    return Object.fromEntries(
      this.specs.map(({ name, shape }) => [name, { dtype: "F32", shape, data: this.get(name) }]),
    );
  }

  /** Number of trained weights. */
  get parameterCount(): number {
    return this.specs
      .filter(({ kind }) => kind === "parameter")
      .reduce((total, { shape }) => total + elementCount(shape), 0);
  }
}

function flushed(values: Float32Array): Float32Array {
  const result = values.slice();
  for (let i = 0; i < result.length; i++) {
    if (Math.abs(result[i]!) < 1e-30) result[i] = 0;
  }
  return result;
}
