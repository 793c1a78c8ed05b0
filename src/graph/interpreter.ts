/**
 * The reference interpreter: gives every operator its meaning in plain TypeScript, and is what lowerings are
 * tested against. It favours clearness over speed, but is quick enough to decode a latent in a page.
 */

import { BetalabError } from "../base/errors.ts";
import { inputName } from "./ops/source.ts";
import { type Tensor, topologicalOrder } from "./tensor.ts";
import { elementCount, formatShape, type Shape, type Value } from "./types.ts";

/**
 * Computes `outputs` from named inputs.
 *
 * Symbolic sizes are bound by the inputs' shapes. Throws a shape error for an input that is missing or does
 * not fit its declared type.
 */
export function interpret<K extends string>(
  outputs: Readonly<Record<K, Tensor>>,
  inputs: Readonly<Record<string, Value>>,
): Record<K, Value> {
  const sizes = new Map<string, number>();
  const values = new Map<Tensor, Value>();
  const order = topologicalOrder(Object.values<Tensor>(outputs));
  for (const tensor of order) {
    const name = inputName(tensor);
    if (name !== undefined) values.set(tensor, bindInput(name, tensor, inputs[name], sizes));
  }
  for (const tensor of order) {
    if (values.has(tensor)) continue;
    const shape = bind(tensor.shape, sizes);
    const operands = tensor.inputs.map((input) => values.get(input)!);
    values.set(tensor, tensor.operator.evaluate(operands, tensor.attributes, shape, tensor.dtype));
  }
  return Object.fromEntries(
    Object.entries<Tensor>(outputs).map(([key, tensor]) => [key, values.get(tensor)!]),
  ) as Record<K, Value>;
}

/**
 * What is fed for an input, whose symbolic sizes it binds.
 *
 * @throws BetalabError "shape" when it is missing or does not fit its declared type
 */
export function bindInput<V extends Pick<Value, "dtype" | "shape"> & Partial<Pick<Value, "data">>>(
  name: string,
  tensor: Tensor,
  value: V | undefined,
  sizes: Map<string, number>,
): V {
  const expected = `${tensor.dtype}${formatShape(tensor.shape)}`;
  if (value === undefined) throw new BetalabError("shape", `input "${name}" (${expected}) is missing`);
  const fits =
    value.dtype === tensor.dtype &&
    value.shape.length === tensor.shape.length &&
    value.shape.every((size, axis) => {
      const declared = tensor.shape[axis]!;
      if (typeof declared === "number") return declared === size;
      if (!sizes.has(declared)) sizes.set(declared, size);
      return sizes.get(declared) === size;
    });
  if (!fits) {
    throw new BetalabError(
      "shape",
      `input "${name}" is ${value.dtype}${formatShape(value.shape)}, but the graph declares ${expected}`,
    );
  }
  const [count, wanted] = [value.data?.length, elementCount(value.shape)];
  if (count !== undefined && count !== wanted)
    throw new BetalabError("shape", `input "${name}" has ${count} elements, ${expected} takes ${wanted}`);
  return value;
}

function bind(shape: Shape, sizes: ReadonlyMap<string, number>): number[] {
  return shape.map((size) => {
    if (typeof size === "number") return size;
    const bound = sizes.get(size);
    if (bound === undefined) throw new BetalabError("shape", `no input binds the symbolic size "${size}"`);
    return bound;
  });
}
