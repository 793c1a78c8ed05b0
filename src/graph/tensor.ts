/**
 * A symbolic tensor is a node of an immutable expression graph: an operator, its inputs and attributes, and
 * the type that the operator's shape rule inferred. Nothing is computed here. An operator keeps all that is
 * known of it in one place: shape rule, gradient, meaning (for the interpreter) and ONNX lowering.
 */

import type { Emitter } from "./onnx/emitter.ts";
import { currentScope } from "./scope.ts";
import { type DType, formatShape, type Shape, type TensorType, type Value } from "./types.ts";

export interface Operator<A = unknown> {
  readonly name: string;
  /** The shape rule. Throws a shape error that names the operator and the shapes. */
  infer(inputs: readonly Tensor[], attributes: A): TensorType;
  /**
   * Gradients for each input, given the gradient for the output (the vector–Jacobian product);
   * `undefined` for an input that nothing flows back to. Absent: the operator is not differentiable.
   */
  gradient?(context: GradientContext<A>): readonly (Tensor | undefined)[];
  /** The meaning: computes the result on concrete arrays. `shape` is the inferred shape with all names bound. */
  evaluate(inputs: readonly Value[], attributes: A, shape: readonly number[], dtype: DType): Value;
  /** Writes the operator as ONNX nodes and returns the name of the result. */
  lower(emitter: Emitter, inputs: readonly string[], attributes: A, tensor: Tensor): string;
  /** The same value by a shorter way, for writing alone: `gradients` may be asked for what it leaves out. */
  shorter?(inputs: readonly Tensor[], attributes: A): Tensor | undefined;
}

export interface GradientContext<A> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Gradient of the scalar loss with respect to `output`; has its shape. */
  readonly outputGradient: Tensor;
  readonly attributes: A;
  /** Whether anything wants the gradient of input `index`: skip work for those nobody asked for. */
  needs(index: number): boolean;
}

let nextId = 0;

export class Tensor<A = unknown> {
  readonly operator: Operator<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Order of creation: a topological order, since inputs exist before what uses them. */
  readonly id: number = nextId++;
  /** Where in the model it was made, for readable names in ONNX files. */
  readonly label: string = currentScope();

  constructor(operator: Operator<A>, inputs: readonly Tensor[], attributes: A) {
    this.operator = operator;
    this.inputs = inputs;
    this.attributes = attributes;
    const type = operator.infer(inputs, attributes);
    this.shape = type.shape;
    this.dtype = type.dtype;
  }

  toString(): string {
    return `${this.operator.name} ${this.dtype}${formatShape(this.shape)}`;
  }
}

/** Applies an operator: the one way in which tensors are made. */
export function apply<A>(operator: Operator<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return new Tensor(operator, inputs, attributes) as Tensor;
}

/** A function that applies one operator, with the operator at hand for a table of them. */
export type Applying<F> = F & { readonly operator: Operator };

/** `make`, which applies `operator`, with the operator at hand. */
export function applying<F extends object, A>(operator: Operator<A>, make: F): Applying<F> {
  return Object.assign(make, { operator: operator as Operator });
}

/** Whether `operator` made the tensor; its attributes are then that operator's. */
export function isMadeBy<A>(
  tensor: Tensor,
  operator: Operator<A>,
): tensor is Tensor & { readonly attributes: A } {
  return (tensor.operator as unknown) === operator;
}

/** All tensors that `outputs` depend on, inputs before users. @param from leaves out those that were made earlier */
export function topologicalOrder(outputs: Iterable<Tensor>, from = 0): Tensor[] {
  const seen = new Set<Tensor>();
  const pending = [...outputs];
  while (pending.length > 0) {
    const tensor = pending.pop()!;
    if (tensor.id < from || seen.has(tensor)) continue;
    seen.add(tensor);
    pending.push(...tensor.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
