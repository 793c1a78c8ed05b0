/** The graph that is compiled: a program with all sizes bound, without what only differentiation needed. */

import { BetalabError } from "../base/errors.ts";
import { inputName, type Program, type Shape, type Tensor, type Value } from "../graph/index.ts";
import { views } from "./views.ts";

/** Numbers for the names of sizes: `"batch"` → 500. */
export type Sizes = ReadonlyMap<string, number>;

export class BoundGraph {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** All that the outputs are made from, operands before what uses them. */
  readonly order: readonly Tensor[];
  /** How often a tensor is an operand or an output. */
  readonly #uses = new Map<Tensor, number>();
  readonly #sizes: Sizes;
  readonly #resolved = new Map<Tensor, Tensor>();
  readonly #inputs = new Map<Tensor, readonly Tensor[]>();

  constructor(program: Program, sizes: Sizes) {
    this.#sizes = sizes;
    const outputs = Object.entries(program.outputs).map(
      ([name, tensor]) => [name, this.resolve(tensor)] as const,
    );
    this.outputs = Object.fromEntries(outputs);
    this.order = this.#collect(outputs.map(([, tensor]) => tensor));
    for (const tensor of [...this.order.flatMap((one) => this.inputs(one)), ...Object.values(this.outputs)]) {
      this.#uses.set(tensor, this.uses(tensor) + 1);
    }
    const declared = new Set(program.inputs.map(inputName));
    for (const tensor of this.order) {
      const name = inputName(tensor);
      if (name !== undefined && !declared.has(name))
        throw new Error(`internal: ${program.name} needs "${name}", which is not declared`);
    }
  }

  /** The tensor that has the value of this one by the shortest way. */
  resolve(tensor: Tensor): Tensor {
    const known = this.#resolved.get(tensor);
    if (known !== undefined) return known;
    let value = tensor;
    for (;;) {
      const shorter = value.operator.shorter?.(value.inputs, value.attributes);
      if (shorter === undefined) break;
      value = shorter;
    }
    this.#resolved.set(tensor, value);
    return value;
  }

  inputs(tensor: Tensor): readonly Tensor[] {
    let inputs = this.#inputs.get(tensor);
    if (inputs === undefined) {
      inputs = tensor.inputs.map((input) => this.resolve(input));
      this.#inputs.set(tensor, inputs);
    }
    return inputs;
  }

  uses(tensor: Tensor): number {
    return this.#uses.get(tensor) ?? 0;
  }

  shape(tensor: Tensor): readonly number[] {
    return bind(tensor.shape, this.#sizes);
  }

  /** Depth first, without recursion: a graph of many steps is deep. */
  #collect(outputs: readonly Tensor[]): Tensor[] {
    const order = new Set<Tensor>();
    const pending = outputs.toReversed();
    for (let tensor = pending.at(-1); tensor !== undefined; tensor = pending.at(-1)) {
      const missing = order.has(tensor) ? [] : this.inputs(tensor).filter((input) => !order.has(input));
      if (missing.length > 0) pending.push(...missing.toReversed());
      else order.add(pending.pop()!);
    }
    return [...order];
  }
}

function bind(shape: Shape, sizes: Sizes): number[] {
  return shape.map((size) => {
    const bound = typeof size === "number" ? size : sizes.get(size);
    if (bound === undefined) throw new BetalabError("shape", `no input binds the symbolic size "${size}"`);
    return bound;
  });
}

/** The one number that a tensor is everywhere; undefined for any other. */
export function numberOf(tensor: Tensor): number | undefined {
  const { operator, attributes, inputs } = tensor;
  if (operator.name === "fill") return (attributes as { value: number }).value;
  if (operator.name === "constant") {
    const { dtype, data } = attributes as Value;
    return dtype === "float32" && data.length === 1 ? (data[0] as number) : undefined;
  }
  return operator.name in views ? numberOf(inputs[0]!) : undefined;
}
