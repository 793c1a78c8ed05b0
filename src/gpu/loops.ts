/** What passes over the elements of a shape compute of each, and where it lies, as lines of a kernel. */

import type { Argument, Nest } from "../plan/index.ts";
import { literal, read, writeElement } from "./elements.ts";
import type { Addresses } from "./kernel.ts";

export interface Pointer {
  readonly argument: Argument;
  /** Over the collapsed axes, in elements. */
  readonly strides: readonly number[];
}

/** A nest with its axes collapsed and what it points to, by the kind of each. */
export interface Loops {
  readonly nest: Nest;
  readonly sizes: readonly number[];
  /** By the number of the value that is read. */
  readonly reads: ReadonlyMap<number, Pointer>;
  readonly stores: readonly Pointer[];
  readonly reductions: readonly Pointer[];
}

/** The values of an element that some results are made from, and the lines that compute them. */
export class Values {
  readonly #nest: Nest;
  /** What is read, by number, in the order of the arguments. */
  readonly #reads: readonly (readonly [number, Pointer])[];
  readonly #needed = new Set<number>();

  constructor({ nest, reads }: Loops, results: readonly { readonly value: number }[]) {
    this.#nest = nest;
    for (const { value } of results) this.#needed.add(value);
    for (let i = nest.values.length - 1; i >= 0; i--) {
      const value = nest.values[i]!;
      if (!this.#needed.has(i) || value.kind !== "apply") continue;
      for (const operand of value.operands) this.#needed.add(operand);
    }
    this.#reads = [...reads].filter(([i]) => this.#needed.has(i));
  }

  /** The first arguments of the kernel. */
  get arguments(): Argument[] {
    return this.#reads.map(([, { argument }]) => argument);
  }

  /** For the element whose coordinates are `c0`, `c1`, …. */
  lines(addresses: Addresses): string[] {
    const { values } = this.#nest;
    const argumentOf = new Map(this.#reads.map(([i], argument) => [i, argument]));
    const strides = new Map(this.#reads.map(([i, pointer]) => [i, pointer.strides]));
    return values.flatMap((value, i) => {
      if (!this.#needed.has(i)) return [];
      // By its name, a number is no constant expression, of which WGSL refuses those that are not finite.
      if (value.kind === "number") return [`let v${i} = ${literal(value.number)};`];
      if (value.kind === "read") {
        const at = addressOf(addresses(argumentOf.get(i)!), strides.get(i)!);
        return [`let v${i} = ${read(value.dtype, at)};`];
      }
      const { operator, attributes, dtypes } = value;
      const operands = value.operands.map((operand) => `v${operand}`);
      return [`let v${i} = ${writeElement(operator, operands, { attributes, dtypes })};`];
    });
  }
}

export const addressOf = (address: string, strides: readonly number[]): string =>
  [address, ...strides.flatMap((stride, axis) => (stride === 0 ? [] : [times(`c${axis}`, stride)]))].join(
    " + ",
  );
const times = (name: string, factor: number): string => (factor === 1 ? name : `${name} * ${factor}u`);

/** Lines that take coordinates along some of the axes from a number that counts them, the last the fastest. */
export function coordinates(number: string, axes: readonly number[], sizes: readonly number[]): string[] {
  let rest = number;
  return axes.toReversed().flatMap((axis, i) => {
    const [before, isFirst] = [rest, i === axes.length - 1];
    rest = `r${axis}`;
    return isFirst
      ? [`let c${axis} = ${before};`]
      : [`let c${axis} = ${before} % ${sizes[axis]}u;`, `let ${rest} = ${before} / ${sizes[axis]}u;`];
  });
}
