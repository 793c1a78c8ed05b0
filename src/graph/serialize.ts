/**
 * A program as plain JSON data, and back: for whoever runs a graph without the code that built it, as the page of a
 * report does. What only differentiation needs is left out. Weights are inputs and are not part of it.
 */

import { decodeBase64, encodeBase64 } from "../base/base64.ts";
import { BetalabError } from "../base/errors.ts";
import type { Program } from "./onnx/write.ts";
import { operators } from "./operators.ts";
import { plainValue } from "./ops/custom-gradient.ts";
import { apply, type Operator, type Tensor } from "./tensor.ts";
import { arrays, type DType, elementCount, formatShape, type Shape, sameShape, type Value } from "./types.ts";

/** Counted up whenever an older reader would get a newer program wrong. */
const FORMAT = 1;

/** One application of an operator. */
interface SerializedNode {
  readonly operator: string;
  /** Indices of earlier nodes. */
  readonly inputs: readonly number[];
  readonly attributes?: unknown;
  /** What the operator's shape rule infers: written down so that a reader whose rule differs notices. */
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface SerializedProgram {
  readonly format: typeof FORMAT;
  readonly name: string;
  /** In an order in which they can be built. */
  readonly nodes: readonly SerializedNode[];
  /** Indices of nodes. */
  readonly inputs: readonly number[];
  readonly outputs: Readonly<Record<string, number>>;
}

/** Equal programs give equal data, and `JSON.stringify` of it loses nothing. */
export function serializeProgram({ name, inputs, outputs }: Program): SerializedProgram {
  const results = Object.entries(outputs).map(([key, tensor]) => [key, plainValue(tensor)] as const);
  const order = neededFor([...inputs, ...results.map(([, tensor]) => tensor)]);
  const indices = new Map(order.map((tensor, i) => [tensor, i]));
  return {
    format: FORMAT,
    name,
    inputs: inputs.map((tensor) => indices.get(tensor)!),
    outputs: Object.fromEntries(results.map(([key, tensor]) => [key, indices.get(tensor)!])),
    nodes: order.map((tensor) => serializeNode(tensor, indices)),
  };
}

/** All that the values of `tensors` need, inputs before users; what only their gradients need is not among it. */
function neededFor(tensors: readonly Tensor[]): Tensor[] {
  const seen = new Set<Tensor>();
  const pending = [...tensors];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    pending.push(...tensor.inputs.map(plainValue));
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

function serializeNode(tensor: Tensor, indices: ReadonlyMap<Tensor, number>): SerializedNode {
  const { operator, inputs, attributes, dtype, shape } = tensor;
  if (operators.get(operator.name) !== operator) {
    throw new Error(`internal: ${operator.name} is not in the table of operators`);
  }
  return {
    operator: operator.name,
    inputs: inputs.map((one) => indices.get(plainValue(one))!),
    ...(attributes === undefined ? {} : { attributes: encode(attributes) }),
    dtype,
    shape,
  };
}

/**
 * Builds the program again. Throws "data" for anything that is not a whole program of this version, made of
 * operators that exist here and infer the types that it says.
 */
export function deserializeProgram(data: unknown): Program {
  const { format, name, nodes, inputs, outputs } = expectObject(data, "a program");
  if (format !== FORMAT) {
    throw broken(`its format is ${JSON.stringify(format)}, and this version of betalab reads ${FORMAT}`);
  }
  const tensors: Tensor[] = [];
  const at = (index: unknown, of: string): Tensor => {
    const found = Number.isInteger(index) ? tensors[index as number] : undefined;
    if (found === undefined)
      throw broken(`${of} names node ${JSON.stringify(index)}, which is not before it`);
    return found;
  };
  for (const [i, node] of expectArray(nodes, "nodes").entries()) {
    const of = `node ${i}`;
    const given = expectObject(node, of);
    const operator = operators.get(String(given.operator));
    if (operator === undefined) throw broken(`${of} has the unknown operator "${given.operator}"`);
    const operands = expectArray(given.inputs, `inputs of ${of}`).map((index) => at(index, of));
    const tensor = applied(operator, operands, given.attributes, of);
    const shape = expectArray(given.shape, `shape of ${of}`) as Shape;
    if (tensor.dtype !== given.dtype || !sameShape(tensor.shape, shape)) {
      throw broken(`${of} is declared as ${given.dtype}${formatShape(shape)}, but is ${tensor}`);
    }
    tensors.push(tensor);
  }
  const results = Object.entries(expectObject(outputs, "outputs"));
  return {
    name: String(name),
    inputs: expectArray(inputs, "inputs").map((index) => at(index, "inputs")),
    outputs: Object.fromEntries(results.map(([key, index]) => [key, at(index, `output "${key}"`)])),
  };
}

function applied(operator: Operator, operands: readonly Tensor[], attributes: unknown, of: string): Tensor {
  try {
    return apply(operator, operands, decode(attributes));
  } catch (cause) {
    throw broken(`${of}: ${(cause as Error).message}`, { cause });
  }
}

function expectObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as never;
  throw broken(`${what} is ${JSON.stringify(value)}, not an object`);
}

function expectArray(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw broken(`${what}: ${JSON.stringify(value)} is not a list`);
}

function broken(why: string, options?: ErrorOptions): BetalabError {
  const hint = "make it again with this version of betalab";
  return new BetalabError("data", `this program can't be read: ${why}`, hint, options);
}

// --- attributes ---------------------------------------------------------------------------------------

// Attributes are numbers, texts, booleans, lists and objects of them, or the value of a constant. The numbers
// that JSON has no words for are written as { number: "NaN" }, arrays of elements as { base64: … }.

function encode(value: unknown): unknown {
  if (typeof value === "number") {
    const isPlain = Number.isFinite(value) && !Object.is(value, -0);
    return isPlain ? value : { number: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (ArrayBuffer.isView(value)) return { base64: encodeBase64(value) };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encode(inner)]));
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  if ("number" in value) return Number(value.number);
  const decoded = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
  return "data" in value ? { ...decoded, data: elementsOf(value as SerializedValue) } : decoded;
}

type SerializedValue = Omit<Value, "data"> & { readonly data: { readonly base64: string } };

function elementsOf({ dtype, shape, data }: SerializedValue): Value["data"] {
  const bytes = decodeBase64(data.base64);
  const { BYTES_PER_ELEMENT: size } = arrays[dtype];
  if (bytes.length !== size * elementCount(shape)) {
    throw new Error(`${bytes.length} bytes do not fill a constant ${dtype}${formatShape(shape)}`);
  }
  return new arrays[dtype](bytes.buffer);
}
