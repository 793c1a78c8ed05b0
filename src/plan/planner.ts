/**
 * From a graph to kernels in order. Element-by-element operators gather in passes: one joins the pass that computes
 * its operands, or one that reads the same memory, where all else that it needs is there before. Sums end the pass of
 * what they sum up. Reshaping, slicing, transposing and stretching move nothing: they are other views of a buffer.
 */

import { BetalabError } from "../base/errors.ts";
import { elementCount, inputName, type Program, sameShape, type Tensor, type Value } from "../graph/index.ts";
import type { BackEnd, Ending, Kernel, Located, Planning, Zeros } from "./back-end.ts";
import { BoundGraph, numberOf, type Sizes } from "./graph.ts";
import { joins } from "./joins.ts";
import { missingOperator } from "./missing.ts";
import { type Argument, Buffer, type Operand, Pass } from "./pass.ts";
import { denseView, isDense, type View, views } from "./views.ts";

/** Operators in one pass: more would not fit the registers, nor pay. */
const MOST = 96;
/** How far back a pass over the same memory is looked for. */
const NEAR = 8;
/** Operators on single numbers that a pass computes again rather than waits for. */
const DEEPEST = 8;

export class Planner<K extends Kernel> implements Planning<K> {
  readonly kernels: (Pass | K)[] = [];
  readonly inputBuffers = new Map<string, Buffer>();
  readonly outputBuffers = new Map<string, Buffer>();
  readonly constants: Buffer[] = [];
  readonly #backEnd: BackEnd<K>;
  readonly #graph: BoundGraph;
  readonly #located = new Map<Tensor, Located>();
  /** The pass that computes a tensor, by number. */
  readonly #passes = new Map<Tensor, number>();
  /** Products whose end may still become a ReLU. */
  readonly #endings = new Map<Tensor, Ending>();
  readonly #tables = new Map<string, Argument>();

  /** @throws BetalabError "device" naming an operator that the back end lacks, "shape" for a size that is not bound */
  constructor(program: Program, sizes: Sizes, backEnd: BackEnd<K>) {
    this.#backEnd = backEnd;
    const missing = missingOperator(program, backEnd);
    if (missing !== undefined) throw new BetalabError("device", `${backEnd.name} has no operator ${missing}`);
    this.#graph = new BoundGraph(program, sizes);
    for (const tensor of this.#graph.order) this.#place(tensor);
    for (const [name, tensor] of Object.entries(this.#graph.outputs)) {
      this.outputBuffers.set(name, this.#output(name, tensor));
    }
  }

  #place(tensor: Tensor): void {
    const { name } = tensor.operator;
    if (name in views || numberOf(tensor) !== undefined) return;
    if (name === "input") {
      const input = inputName(tensor)!;
      const buffer = new Buffer(this.#bytes(tensor), { input });
      this.inputBuffers.set(input, buffer);
      this.made(tensor, buffer, -1);
    } else if (name === "constant") {
      this.made(tensor, this.#constant((tensor.attributes as Value).data), -1);
    } else if (this.#backEnd.isElementwise(name)) {
      if (name !== "relu" || !this.#endsProduct(tensor)) this.#elementwise(tensor);
    } else if (name === "sum" || name === "max") {
      this.#reduction(tensor, name);
    } else if (elementCount(this.shape(tensor)) === 0) {
      this.made(tensor, this.buffer(tensor));
    } else {
      ({ ...joins, ...this.#backEnd.operators })[name]!(this, tensor);
    }
  }

  #bytes(tensor: Tensor): number {
    return elementCount(this.shape(tensor)) * this.#backEnd.bytesOf[tensor.dtype];
  }

  #constant(content: ArrayBufferView): Buffer {
    const buffer = new Buffer(content.byteLength, "own", content);
    this.constants.push(buffer);
    return buffer;
  }

  // --- passes -------------------------------------------------------------------------------------------

  #elementwise(tensor: Tensor): void {
    const inputs = this.inputs(tensor);
    const { pass, number, operands } = this.#passFor(this.shape(tensor), inputs);
    this.#join(pass, tensor, operands);
    this.#passes.set(tensor, number);
  }

  #join(pass: Pass, tensor: Tensor, operands: readonly Operand[]): void {
    const { operator, attributes, dtype } = tensor;
    const dtypes = this.inputs(tensor).map((input) => input.dtype);
    pass.members.set(tensor, { operator: operator.name, attributes, operands, dtype, dtypes });
  }

  #reduction(tensor: Tensor, operator: "sum" | "max"): void {
    const [x] = this.inputs(tensor) as [Tensor];
    const { pass, number, operands } = this.#passFor(this.shape(x), [x]);
    const { axes } = tensor.attributes as { axes: readonly number[] };
    const result = this.buffer(tensor);
    pass.sums.push({ operand: operands[0]!, operator, axes, result });
    this.made(tensor, result, number);
  }

  /** The pass over `shape` that these operands are computed in or near to, or a new one. */
  #passFor(
    shape: readonly number[],
    inputs: readonly Tensor[],
  ): { pass: Pass; number: number; operands: Operand[] } {
    const latest = Math.max(-1, ...inputs.map((input) => this.#passes.get(input) ?? -1));
    for (const number of [latest, this.#neighbour(shape, inputs)]) {
      const pass = this.kernels[number];
      if (!(pass instanceof Pass) || !sameShape(pass.shape, shape)) continue;
      if (pass.members.size >= MOST || pass.target !== undefined) continue;
      if (!inputs.every((input) => this.#isThere(input, pass, number, DEEPEST))) continue;
      return { pass, number, operands: inputs.map((input) => this.#operandIn(pass, input, number)) };
    }
    const operands = inputs.map((input) => this.#operand(input));
    const pass = new Pass(shape);
    this.kernels.push(pass);
    return { pass, number: this.kernels.length - 1, operands };
  }

  /** The last pass over `shape` that reads what one of the operands is, if it is among the last few kernels. */
  #neighbour(shape: readonly number[], inputs: readonly Tensor[]): number {
    if (elementCount(shape) === 1) return -1;
    const large = inputs.filter((input) => elementCount(this.shape(input)) > 1);
    const buffers = large.flatMap((input) => this.#located.get(this.#source(input))?.buffer ?? []);
    for (let back = 1; back <= Math.min(NEAR, this.kernels.length); back++) {
      const pass = this.kernels.at(-back);
      if (!(pass instanceof Pass) || !sameShape(pass.shape, shape)) continue;
      if (pass.readsAny(buffers)) return this.kernels.length - back;
    }
    return -1;
  }

  /** Whether a pass computes the tensor, can read it, or may compute it by the way: a single number from others. */
  #isThere(tensor: Tensor, pass: Pass, number: number, depth: number): boolean {
    if (numberOf(tensor) !== undefined || pass.members.has(tensor) || this.#isMadeBefore(tensor, number))
      return true;
    if (depth === 0 || !this.#passes.has(tensor) || elementCount(this.shape(tensor)) !== 1) return false;
    return this.inputs(tensor).every((input) => this.#isThere(input, pass, number, depth - 1));
  }

  #operandIn(pass: Pass, tensor: Tensor, number: number): Operand {
    if (numberOf(tensor) !== undefined) return this.#operand(tensor);
    if (!pass.members.has(tensor)) {
      if (this.#isMadeBefore(tensor, number)) return this.#operand(tensor);
      const operands = this.inputs(tensor).map((input) => this.#operandIn(pass, input, number));
      this.#join(pass, tensor, operands);
    }
    return { member: tensor };
  }

  /** Whether a tensor is in memory, as the view that it is, before a kernel runs. */
  #isMadeBefore(tensor: Tensor, number: number): boolean {
    const source = this.#source(tensor);
    const made = this.#located.get(source)?.made ?? this.#passes.get(source);
    return made !== undefined && made < number && this.#viewOf(tensor) !== undefined;
  }

  /** The tensor whose elements a view shows: the one that it is a view of, or a copy on the way there. */
  #source(tensor: Tensor): Tensor {
    let source = tensor;
    while (!this.#located.has(source) && source.operator.name in views) source = this.inputs(source)[0]!;
    return source;
  }

  /** How a tensor lies in the buffer of its source; undefined where it needs a copy. */
  #viewOf(tensor: Tensor): View | undefined {
    const own = this.#located.get(tensor)?.view;
    const show = views[tensor.operator.name];
    if (own !== undefined || show === undefined) return own ?? denseView(this.shape(tensor));
    const inner = this.#viewOf(this.inputs(tensor)[0]!);
    return inner && show(inner, tensor.attributes, this.shape(tensor));
  }

  /** An operand that is not computed in the same pass. */
  #operand(tensor: Tensor): Operand {
    const number = numberOf(tensor);
    return number === undefined ? { ...this.locate(tensor), dtype: tensor.dtype } : { number };
  }

  // --- what operators plan by ---------------------------------------------------------------------------

  shape(tensor: Tensor): readonly number[] {
    return this.#graph.shape(tensor);
  }

  inputs(tensor: Tensor): readonly Tensor[] {
    return this.#graph.inputs(tensor);
  }

  locate(tensor: Tensor): Located {
    let located = this.#located.get(tensor);
    if (located !== undefined) return located;
    const number = this.#passes.get(tensor);
    const show = views[tensor.operator.name];
    if (number !== undefined) {
      const buffer = this.buffer(tensor);
      (this.kernels[number] as Pass).stored.set(tensor, buffer);
      located = { buffer, made: number, view: denseView(this.shape(tensor)) };
    } else if (show !== undefined && numberOf(tensor) === undefined) {
      const [input] = this.inputs(tensor) as [Tensor];
      const shape = this.shape(tensor);
      const inner = this.locate(input);
      const view = show(inner.view, tensor.attributes, shape);
      located = view ? { ...inner, view } : { ...this.#copied(input), view: denseView(shape) };
    } else {
      located = this.#copied(tensor);
    }
    this.#located.set(tensor, located);
    return located;
  }

  dense(tensor: Tensor): Argument {
    const located = this.locate(tensor);
    const { buffer, view } = isDense(located.view) ? located : this.#copied(tensor);
    return { buffer, offset: view.offset * this.#backEnd.bytesOf[tensor.dtype] };
  }

  #copied(tensor: Tensor): Located {
    const buffer = this.buffer(tensor);
    const view = denseView(this.shape(tensor));
    return { buffer, view, made: this.copy(tensor, view.shape, { buffer, view }) };
  }

  /** Returns the number of the pass that copies. */
  copy(from: Tensor | Zeros, shape: readonly number[], to: { buffer: Buffer; view: View }): number {
    const dtype = "zeros" in from ? from.zeros : from.dtype;
    const { name, readOnly } = this.#backEnd;
    if (readOnly.includes(dtype)) throw new BetalabError("device", `${name} can't copy ${dtype}`);
    const pass = new Pass(shape);
    const member = {};
    const what =
      "zeros" in from
        ? {
            operator: "cast",
            attributes: { to: dtype },
            operands: [{ number: 0 }],
            dtypes: ["float32"] as const,
          }
        : { operator: "copy", attributes: {}, operands: [this.#operand(from)], dtypes: [dtype] };
    pass.members.set(member, { ...what, dtype });
    pass.target = { member, ...to };
    return this.kernels.push(pass) - 1;
  }

  buffer(tensor: Tensor): Buffer {
    return new Buffer(this.#bytes(tensor));
  }

  table(key: string, make: () => ArrayBufferView): Argument {
    const known = this.#tables.get(key) ?? { buffer: this.#constant(make()), offset: 0 };
    this.#tables.set(key, known);
    return known;
  }

  add(tensor: Tensor, kernel: K, ending?: Ending): void {
    this.made(tensor, kernel.result, this.kernels.push(kernel) - 1);
    if (ending !== undefined) this.#endings.set(tensor, ending);
  }

  prepare(kernel: K): void {
    this.kernels.push(kernel);
  }

  made(tensor: Tensor, buffer: Buffer, made = this.kernels.length - 1): void {
    this.#located.set(tensor, { buffer, made, view: denseView(this.shape(tensor)) });
  }

  /** A ReLU of a product that nobody else reads is the end of the product. */
  #endsProduct(tensor: Tensor): boolean {
    const [x] = this.inputs(tensor) as [Tensor];
    const ending = this.#endings.get(x);
    if (ending === undefined || this.#graph.uses(x) !== 1) return false;
    ending.relu = true;
    this.#located.set(tensor, this.#located.get(x)!);
    return true;
  }

  /** Where an output is made, which from then on is where the call wants it; a copy of what can't be moved there. */
  #output(name: string, tensor: Tensor): Buffer {
    const located = this.locate(tensor);
    const { place, content, bytes } = located.buffer;
    const isFree = place === "own" && content === undefined && bytes === this.#bytes(tensor);
    const { buffer } = isFree && isDense(located.view) ? located : this.#copied(tensor);
    buffer.place = { output: name };
    return buffer;
  }
}
