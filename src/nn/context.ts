/**
 * How layers get their tensors. A layer asks its context for parameters by name and shape; the context
 * decides what they are: fresh graph inputs, the result of the update before, weights written into a file.
 * So a model is a plain function of its context, and unrolling training steps needs no special case.
 */

import { formatShape, input, sameShape, type Tensor } from "../graph/index.ts";
import type { Initializer } from "./initializers.ts";
import type { StateSpec } from "./state.ts";

export interface Context {
  /** "train": batch statistics, buffers updated. "infer": running statistics, nothing changes. */
  readonly mode: "train" | "infer";
  /** A trainable tensor; names are PyTorch's (`encoder.fc1.weight`). */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Tensor;
  /** A tensor that is state but not trained. */
  buffer(name: string, shape: readonly number[], initializer: Initializer): Tensor;
  /** The value that a buffer has after this step. */
  updateBuffer(name: string, value: Tensor): void;
  /**
   * What is made within belongs to this part of the model: "encoder", "decoder", or one of the objective's own, by
   * which groups of parameters are distinguished. Parts don't nest: the outermost counts.
   */
  within<T>(part: string, build: () => T): T;
  /** This step's value of a number that follows a schedule. Only in mode "train": elsewhere there are no steps. */
  scalar(name: string): Tensor;
  /** Where a parameter or a buffer begins, given the first batch of a training, instead of its initializer's value. */
  startAt(name: string, value: Tensor): void;
  /**
   * A scalar that is in force and worth knowing, such as a learned σ: it is logged, and exported with its unit. In
   * mode "infer" it depends on the state alone.
   */
  note(name: string, value: Tensor, unit: string): void;
}

/** A scalar that a model reports about itself. */
export interface Note {
  readonly value: Tensor;
  readonly unit: string;
}

/** A context that serves tensors by name, and collects the specs of all it is asked for. */
export class StateContext implements Context {
  readonly mode: "train" | "infer";
  readonly specs: Map<string, StateSpec> = new Map();
  /** What buffers become; filled while a model is built. */
  readonly updates: Map<string, Tensor> = new Map();
  /** Where state begins that doesn't begin at their initializer's value. */
  readonly starts: Map<string, Tensor> = new Map();
  readonly notes: Map<string, Note> = new Map();
  readonly #tensors: Map<string, Tensor>;
  readonly scalar: (name: string) => Tensor;
  #part: string | undefined;

  /**
   * @param tensors what each state tensor is; the ones not given become graph inputs of their name
   * @param scalar serves the scheduled numbers
   */
  constructor(
    mode: "train" | "infer",
    tensors: ReadonlyMap<string, Tensor> = new Map(),
    scalar = (name: string): Tensor => {
      throw new Error(`internal: there is no scalar "${name}" in mode "${mode}"`);
    },
  ) {
    this.mode = mode;
    this.scalar = scalar;
    this.#tensors = new Map(tensors);
  }

  within<T>(part: string, build: () => T): T {
    const outer = this.#part;
    this.#part ??= part;
    try {
      return build();
    } finally {
      this.#part = outer;
    }
  }

  parameter(name: string, shape: readonly number[], initializer: Initializer): Tensor {
    return this.state({ name, shape, initializer, kind: "parameter", part: this.#part });
  }

  buffer(name: string, shape: readonly number[], initializer: Initializer): Tensor {
    return this.state({ name, shape, initializer, kind: "buffer", part: this.#part });
  }

  updateBuffer(name: string, value: Tensor): void {
    if (this.specs.get(name)?.kind !== "buffer") throw new Error(`internal: "${name}" is not a buffer`);
    this.updates.set(name, value);
  }

  startAt(name: string, value: Tensor): void {
    this.starts.set(name, value);
  }

  note(name: string, value: Tensor, unit: string): void {
    this.notes.set(name, { value, unit });
  }

  /** The tensor of any spec; asking twice gives the same one. */
  state(spec: StateSpec): Tensor {
    const known = this.specs.get(spec.name);
    if (known !== undefined && (known.kind !== spec.kind || !sameShape(known.shape, spec.shape))) {
      throw new Error(
        `internal: "${spec.name}" asked for twice, as ${formatShape(known.shape)} and ${formatShape(spec.shape)}`,
      );
    }
    this.specs.set(spec.name, spec);
    const tensor = this.#tensors.get(spec.name) ?? input(spec.name, spec.shape);
    this.#tensors.set(spec.name, tensor);
    return tensor;
  }

  /** All state tensors that were asked for, in order. */
  tensors(): Map<string, Tensor> {
    return new Map([...this.specs.keys()].map((name) => [name, this.#tensors.get(name)!]));
  }
}
