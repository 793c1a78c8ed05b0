/**
 * The ONNX writer: a program (named inputs, named outputs) as the bytes of a model that any runtime opens.
 * Opset 17, IR version 8: old enough for every current runtime and for Debian's checker.
 */

import { create, toBinary } from "@bufbuild/protobuf";
import {
  TensorShapeProto_DimensionSchema as DimensionSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema as TensorTypeSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { Placement, type Target } from "../lowerings/placement.ts";
import { inputName } from "../ops/source.ts";
import { scope } from "../scope.ts";
import { type Tensor, topologicalOrder } from "../tensor.ts";
import type { TensorType, Value } from "../types.ts";
import { type Cut, cuts } from "./cuts.ts";
import { Emitter } from "./emitter.ts";

const OPSET = 17;
const IR_VERSION = 8;

/** A graph ready to run: what it is fed and what comes out, by name. */
export interface Program {
  readonly name: string;
  /** Fed in this order; one that no output needs is still declared, so that callers need not know. */
  readonly inputs: readonly Tensor[];
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** For people and tools that open the file. */
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a program as ONNX.
 *
 * @param options `weights`: values for some of the inputs, written into the file instead of being fed;
 * `half`: hold those in 16 bits, and compute in 32; `target`: the machine that will run it, which may have better lowerings than the portable ones
 */
export function writeOnnx(
  program: Program,
  options: {
    readonly weights?: Readonly<Record<string, Value>>;
    readonly half?: boolean;
    readonly target?: Target | undefined;
  } = {},
): Uint8Array {
  const { weights = {}, half = false, target } = options;
  const emitter = new Emitter();
  const results = Object.values(program.outputs);
  const order = topologicalOrder(results);
  const read = [...results, ...order.flatMap(({ inputs }) => inputs)];
  const placement = new Placement(emitter, target?.block ?? 1, read);
  for (const output of Object.keys(program.outputs)) emitter.unique(output);
  const declared: ValueInfoProto[] = [];
  for (const tensor of program.inputs) {
    const name = inputName(tensor);
    if (name === undefined) throw new Error(`internal: ${tensor} is listed as an input of ${program.name}`);
    const weight = weights[name];
    if (weight === undefined) {
      if (emitter.unique(name) !== name)
        throw new Error(
          `internal: of ${program.name} two inputs, or an input and an output, are called "${name}"`,
        );
      declared.push(valueInfo(name, tensor));
    }
    const rounded = half && weight?.dtype === "float32";
    const written = rounded ? emitter.half(weight, name) : weight && emitter.constant(weight, name);
    placement.set(tensor, { plain: written ?? name });
  }

  // Elsewhere the results may be too many: WebGPU binds a buffer for each, and has eight to twelve.
  const pieces = target?.block === undefined ? new Map<Tensor, Cut>() : cuts(order);
  for (const tensor of order) place(tensor);

  emitter.enter("");
  nameOutputs(program, placement, emitter);
  emitter.keepOnly(Object.keys(program.outputs));
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: "betalab",
    docString: program.description ?? "",
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(OPSET) }),
      ...[...emitter.domains].map((domain) => create(OperatorSetIdProtoSchema, { domain, version: 1n })),
    ],
    metadataProps: Object.entries(program.metadata ?? {}).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
    graph: create(GraphProtoSchema, {
      name: program.name,
      node: emitter.nodes,
      initializer: emitter.initializers,
      input: declared,
      output: Object.entries(program.outputs).map(([name, tensor]) => valueInfo(name, tensor)),
    }),
  });
  return toBinary(ModelProtoSchema, model);

  function place(tensor: Tensor): void {
    if (placement.has(tensor)) return;
    const { operator, inputs, attributes, label } = tensor;
    const shorter = scope(label, () => operator.shorter?.(inputs, attributes));
    if (shorter !== undefined) {
      shorter.inputs.forEach(place);
      place(shorter);
      placement.equate(tensor, shorter);
      return;
    }
    const missing = inputName(tensor);
    if (missing !== undefined)
      throw new Error(`internal: ${program.name} needs "${missing}", which is not declared`);
    emitter.enter(label);
    const cut = pieces.get(tensor);
    if (cut !== undefined) {
      placePieces(cut);
      return;
    }
    const lowering = target?.lowerings.get(operator.name);
    placement.set(tensor, lowering?.(tensor, placement) ?? portable(tensor));
  }

  function placePieces({ source, axis, pieces }: Cut): void {
    const sizes = pieces.map(({ shape }) => shape[axis] as number);
    const names = emitter.split(placement.plain(source), axis, sizes);
    pieces.forEach((piece, i) => {
      placement.set(piece, { plain: names[i]! });
    });
  }

  function portable(tensor: Tensor): { plain: string } {
    const operands = tensor.inputs.map((input) => placement.plain(input));
    return { plain: tensor.operator.lower(emitter, operands, tensor.attributes, tensor) };
  }

  function valueInfo(name: string, { dtype, shape }: TensorType): ValueInfoProto {
    const dim = shape.map((size) =>
      create(DimensionSchema, {
        value:
          typeof size === "number"
            ? { case: "dimValue", value: BigInt(size) }
            : { case: "dimParam", value: size },
      }),
    );
    const tensorType = create(TensorTypeSchema, {
      elemType: emitter.elementType(dtype),
      shape: create(TensorShapeProtoSchema, { dim }),
    });
    return create(ValueInfoProtoSchema, {
      name,
      type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
    });
  }
}

/**
 * Calls the results by the outputs' names, where a node made them that no other output claims; anything else
 * (an input handed through, one tensor under two names) is copied.
 */
function nameOutputs(program: Program, placement: Placement, emitter: Emitter): void {
  const sources = Object.entries(program.outputs).map(
    ([name, tensor]) => [name, placement.plain(tensor)] as const,
  );
  const made = new Map(emitter.nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const renamed = new Map<string, string>();
  for (const [name, source] of sources) {
    const node = made.get(source);
    if (node !== undefined && !renamed.has(source)) {
      renamed.set(source, name);
      node.output = node.output.map((one) => (one === source ? name : one));
    } else {
      emitter.node("Identity", [renamed.get(source) ?? source]);
      emitter.nodes.at(-1)!.output = [name];
    }
  }
  for (const node of emitter.nodes) node.input = node.input.map((input) => renamed.get(input) ?? input);
}
