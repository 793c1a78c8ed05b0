/** What plans are made for: a machine's operators, and what these can rely on while they are planned. */

import type { DType, Tensor } from "../graph/index.ts";
import type { Argument, Buffer } from "./pass.ts";
import type { View } from "./views.ts";

/** A kernel of the back end's own: what it computes goes to one buffer. */
export interface Kernel {
  readonly result: Buffer;
}

/** What kernels are written for: its operators, and how large its numbers are in memory. */
export interface BackEnd<K extends Kernel> {
  /** "the WebAssembly engine" */
  readonly name: string;
  readonly bytesOf: Readonly<Record<DType, number>>;
  isElementwise(operator: string): boolean;
  /** The operators that are no part of a pass. */
  readonly operators: Readonly<Record<string, PlanOperator<K>>>;
  /** Types that it can read and not write. */
  readonly readOnly: readonly DType[];
  /** What it can't do of a tensor whose operator it has: "cast of int64". */
  refused(tensor: Tensor): string | undefined;
}

export type PlanOperator<K extends Kernel> = (planning: Planning<K>, tensor: Tensor) => void;

/** Operators whose kernels are written for something: a card, a workspace. */
type Writers<K extends Kernel, C> = Readonly<
  Record<string, (planning: Planning<K>, tensor: Tensor, context: C) => void>
>;

export function operatorsOf<K extends Kernel, C>(
  writers: Writers<K, C>,
  context: C,
): BackEnd<K>["operators"] {
  return Object.fromEntries(
    Object.entries(writers).map(([name, write]) => [
      name,
      (planning: Planning<K>, tensor: Tensor) => write(planning, tensor, context),
    ]),
  );
}

/** A tensor in memory. */
export interface Located {
  readonly buffer: Buffer;
  readonly view: View;
  /** Number of the kernel that makes it; −1 for what is there from the start. */
  readonly made: number;
}

/** Nothing, as numbers of a type. */
export interface Zeros {
  readonly zeros: DType;
}

/** What is planned so far, as operators build on it. */
export interface Planning<K extends Kernel> {
  shape(tensor: Tensor): readonly number[];
  inputs(tensor: Tensor): readonly Tensor[];
  locate(tensor: Tensor): Located;
  /** Where all of it lies in its order. */
  dense(tensor: Tensor): Argument;
  /** Copies a tensor, or fills with zeros, at a place in a buffer. */
  copy(from: Tensor | Zeros, shape: readonly number[], to: { buffer: Buffer; view: View }): void;
  /** A new buffer for a tensor. */
  buffer(tensor: Tensor): Buffer;
  /** What is looked up, once for each key. */
  table(key: string, make: () => ArrayBufferView): Argument;
  /** Adds a kernel that makes a tensor; with `ending`, all of it, and a ReLU may still be put at its end. */
  add(tensor: Tensor, kernel: K, ending?: Ending): void;
  /** Adds a kernel that others need. */
  prepare(kernel: K): void;
  /** All of a tensor has been put into its buffer. */
  made(tensor: Tensor, buffer: Buffer): void;
}

export interface Ending {
  relu: boolean;
}
