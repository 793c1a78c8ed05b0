/**
 * Passes over the elements of a shape as kernels: one for all that is stored, where an invocation computes one element, and
 * one for the sums along the same axes, each computed from memory once more: that is quicker than to write and read it.
 */

import { elementCount } from "../graph/index.ts";
import { type Argument, type Buffer, collapsed, type PlacedNest } from "../plan/index.ts";
import { write } from "./elements.ts";
import { bytesOf, type Card, flatKernel, type GpuKernel } from "./kernel.ts";
import { addressOf, coordinates, type Loops, type Pointer, Values } from "./loops.ts";
import { sumKernels } from "./sums.ts";

export function passKernels({ nest, replaces, ...placed }: PlacedNest, card: Card): GpuKernel[] {
  const numbers = nest.values.flatMap(({ kind }, i) => (kind === "read" ? [i] : []));
  const reading = numbers.map((i) => nest.values[i] as { strides: readonly number[] });
  const all = [...placed.reads, ...placed.stores, ...placed.reductions];
  const { sizes, lists } = collapsed(
    nest.shape,
    [...reading, ...nest.stores, ...nest.reductions].map(({ strides }) => strides),
  );
  const pointers = all.map(({ buffer, first, dtype }, i): Pointer => {
    return { argument: { buffer, offset: first * bytesOf[dtype] }, strides: lists[i]! };
  });
  const [firstStore, firstSum] = [numbers.length, numbers.length + nest.stores.length];
  const loops: Loops = {
    nest,
    sizes,
    reads: new Map(numbers.map((number, i) => [number, pointers[i]!])),
    stores: pointers.slice(firstStore, firstSum),
    reductions: pointers.slice(firstSum),
  };
  // Stores last: one may take the place of an operand.
  const sums = sumKernels(loops, card);
  const isStored = nest.stores.length > 0 && elementCount(sizes) > 0;
  return isStored ? [...sums, storeKernel(loops, replaces)] : sums;
}

function storeKernel(loops: Loops, replaces: ReadonlyMap<Buffer, Buffer>): GpuKernel {
  const { nest, sizes, stores } = loops;
  const values = new Values(loops, nest.stores);
  const operands = values.arguments;
  const [first, ...others] = stores.map(({ argument }) => argument) as [Argument, ...Argument[]];
  const kernel = flatKernel(operands, first, elementCount(sizes), (addresses) =>
    [
      ...coordinates("i", [...sizes.keys()], sizes),
      ...values.lines(addresses),
      ...nest.stores.map(({ value, dtype }, i) => {
        const at = addressOf(addresses(operands.length + i), stores[i]!.strides);
        return write(dtype, at, `v${value}`);
      }),
    ].join("\n"),
  );
  return {
    ...kernel,
    arguments: [...kernel.arguments, ...others],
    writes: stores.map(({ argument }) => argument.buffer),
    replaces,
  };
}
