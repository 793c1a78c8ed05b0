/**
 * What an operator writes to when it is lowered: collects ONNX nodes and constants, and hands out names.
 * Knows nothing of the graph's operators; operators know nothing of protobuf.
 */

import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as ElementType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "onnx-buf";
import { floatToHalf } from "../../base/half.ts";
import type { DType, Value } from "../types.ts";

/** Integers, unless the name is one of `floatAttributes`. */
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** The numeric attributes that ONNX declares as floats; all others we use are integers. */
const floatAttributes = new Set(["activation_params", "alpha", "beta", "epsilon"]);

const elementTypes: Readonly<Record<DType, ElementType>> = {
  float32: ElementType.FLOAT,
  int32: ElementType.INT32,
  int64: ElementType.INT64,
  uint8: ElementType.UINT8,
  bool: ElementType.BOOL,
};

export class Emitter {
  nodes: NodeProto[] = [];
  initializers: TensorProto[] = [];
  /** Domains beside the standard one that some node uses. */
  readonly domains: Set<string> = new Set();
  readonly #constants = new Map<string, string>();
  readonly #taken = new Set<string>();
  #scope = "";

  /** Prefix for the names of the nodes that follow. */
  enter(scope: string): void {
    this.#scope = scope;
  }

  /** A name that nothing else has: `wanted`, or with the first free number behind it. */
  unique(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }

  /** Adds a node with one result and returns the result's name. */
  node(operator: string, inputs: readonly string[], attributes: Attributes = {}, domain = ""): string {
    return this.#add(operator, inputs, attributes, domain, 1)[0]!;
  }

  /** Cuts a value along an axis into pieces of these sizes, which make up all of it; returns their names. */
  split(input: string, axis: number, sizes: readonly number[]): string[] {
    return this.#add("Split", [input, this.integers(sizes)], { axis }, "", sizes.length);
  }

  #add(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes,
    domain: string,
    results: number,
  ): string[] {
    const name = this.unique(this.#scope === "" ? operator : `${this.#scope}/${operator}`);
    const output = [name, ...Array.from({ length: results - 1 }, () => this.unique(name))];
    if (domain !== "") this.domains.add(domain);
    this.nodes.push(
      create(NodeProtoSchema, {
        opType: operator,
        domain,
        name,
        input: [...inputs],
        output,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
    return output;
  }

  /** A constant; small equal ones share one initializer. */
  constant(value: Value, wanted = "constant"): string {
    const bytes = new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
    const key = bytes.length <= 64 ? `${value.dtype}[${value.shape}]${bytes}` : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.unique(wanted);
    if (key !== undefined) this.#constants.set(key, name);
    this.initializers.push(
      create(TensorProtoSchema, {
        name,
        dataType: elementTypes[value.dtype],
        dims: value.shape.map(BigInt),
        rawData: bytes.slice(),
      }),
    );
    return name;
  }

  /** A float32 constant that the file holds in 16 bits, rounded to the nearest. */
  half({ shape, data }: Value, wanted: string): string {
    const name = this.unique(wanted);
    const rawData = new Uint8Array(Uint16Array.from(data as Float32Array, floatToHalf).buffer);
    const dims = shape.map(BigInt);
    this.initializers.push(create(TensorProtoSchema, { name, dataType: ElementType.FLOAT16, dims, rawData }));
    return this.node("Cast", [name], { to: ElementType.FLOAT });
  }

  /** A one-dimensional int64 constant: shapes, axes, offsets. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant({ dtype: "int64", shape: [data.length], data });
  }

  /** A float32 constant. */
  floats(values: readonly number[], shape: readonly number[]): string {
    return this.constant({ dtype: "float32", shape, data: Float32Array.from(values) });
  }

  /** The part of a value between `start` and before `end` along each of some axes; all of it without any. */
  slice(input: string, ranges: readonly { axis: number; start: number; end: number }[]): string {
    if (ranges.length === 0) return input;
    const bounds = (["start", "end", "axis"] as const).map((key) =>
      this.integers(ranges.map((range) => range[key])),
    );
    return this.node("Slice", [input, ...bounds]);
  }

  /** `ReduceSum` takes its axes as an input since opset 13, the other reductions as an attribute until 18. */
  reduce(operator: string, input: string, axes: readonly number[], keepDimensions: boolean): string {
    const keepdims = Number(keepDimensions);
    return operator === "ReduceSum"
      ? this.node(operator, [input, this.integers(axes)], { keepdims })
      : this.node(operator, [input], { axes, keepdims });
  }

  /** Drops the nodes and constants that none of `results` is made from. */
  keepOnly(results: readonly string[]): void {
    const needed = new Set(results);
    const kept = this.nodes.toReversed().filter((node) => {
      const isNeeded = node.output.some((name) => needed.has(name));
      if (isNeeded) for (const name of node.input) needed.add(name);
      return isNeeded;
    });
    this.nodes = kept.reverse();
    this.initializers = this.initializers.filter(({ name }) => needed.has(name));
  }

  /** ONNX's number for an element type. */
  elementType(dtype: DType): number {
    return elementTypes[dtype];
  }
}

function attribute(name: string, value: number | string | readonly number[]): AttributeProto {
  if (typeof value === "string") {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  const isFloat = floatAttributes.has(name);
  if (typeof value !== "number") {
    return isFloat
      ? create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...value] })
      : create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
  }
  return isFloat
    ? create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value })
    : create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
}
