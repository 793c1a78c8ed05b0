/**
 * Work in parts for several threads. It is cut between results, never within a sum: each number comes from the same operations in
 * the same order, whoever computes it, so that all counts of threads give the same bits.
 */

import { elementCount } from "../graph/index.ts";
import { collapsed, type Nest } from "../plan/index.ts";
import { bytesOf } from "./bytes.ts";

export interface Range {
  readonly start: number;
  readonly count: number;
}

/** Multiplications below which a part is not worth handing over: some 5 µs. */
const LEAST = 1 << 16;
/** Elements between two cuts of a row: a cache line, so that no two threads write the same one. */
const LINE = 16;

/**
 * 0 … `count` in up to `threads` ranges that begin at multiples of `unit`, none shorter than it; one where all of it is `work` too
 * little.
 */
export function split(count: number, unit: number, work: number, threads: number): Range[] {
  const units = Math.floor(count / unit);
  const parts = Math.max(1, Math.min(threads, units, Math.floor(work / LEAST)));
  const edges = Array.from({ length: parts }, (_, i) => unit * Math.round((i * units) / parts));
  return edges.map((start, i) => ({ start, count: (edges[i + 1] ?? count) - start }));
}

/** Loops over parts of a nest's outermost axis that allows it; with each, how many bytes further its pointers begin. */
export function splitNest(nest: Nest, threads: number): { nest: Nest; offsets: number[] }[] {
  const { values, stores, reductions } = nest;
  const reads = values.filter((value) => value.kind === "read");
  const pointed = [...reads, ...stores, ...reductions.map((one) => ({ ...one, dtype: "float32" as const }))];
  const { sizes, lists } = collapsed(
    nest.shape,
    pointed.map(({ strides }) => strides),
  );
  const sums = lists.slice(lists.length - reductions.length);
  // What is summed up stays together, and a part's sums lie one after another.
  const axis = sizes.findIndex((_, at) =>
    sums.every((strides) => strides[at] !== 0 && strides.slice(0, at).every((stride) => stride === 0)),
  );
  if (axis < 0 || sizes.includes(0)) return [{ nest, offsets: pointed.map(() => 0) }];
  const size = sizes[axis]!;
  // A part of size 1 would join the axes around it, and sum them up in another order.
  const joins = lists.every((strides) => strides[axis - 1] === strides[axis + 1]! * sizes[axis + 1]!);
  const unit = axis === sizes.length - 1 ? LINE : joins ? 2 : 1;
  return split(size, unit, elementCount(sizes) * values.length, threads).map(({ start, count }) => {
    let next = 0;
    const strided = <T extends object>(one: T) => ({ ...one, strides: lists[next++]! });
    return {
      nest: {
        shape: sizes.with(axis, count),
        values: values.map((value) => (value.kind === "read" ? strided(value) : value)),
        stores: stores.map(strided),
        reductions: reductions.map((one) => strided({ ...one, count: (one.count / size) * count })),
      },
      offsets: pointed.map(({ dtype }, i) => start * lists[i]![axis]! * bytesOf[dtype]),
    };
  });
}
