import { expect, test } from "vitest";
import type { Nest } from "../plan/index.ts";
import { split, splitNest } from "./split.ts";

const much = 1e9;

test("ranges begin at multiples of the unit, leave nothing out, and are not smaller than pays", () => {
  expect(split(100, 8, much, 3)).toEqual([
    { start: 0, count: 32 },
    { start: 32, count: 32 },
    { start: 64, count: 36 },
  ]);
  expect(split(2, 1, much, 4)).toEqual([
    { start: 0, count: 1 },
    { start: 1, count: 1 },
  ]);
  expect(split(100, 8, 2 ** 17 - 1, 3)).toEqual([{ start: 0, count: 100 }]);
});

/** x over a shape, stored where `store` says, and summed up where `sum` does. */
const nest = (shape: number[], strides: number[], store?: number[], sum?: number[], count = 0): Nest => ({
  shape,
  values: [{ kind: "read", dtype: "float32", strides }],
  stores: store ? [{ value: 0, dtype: "uint8", strides: store }] : [],
  reductions: sum ? [{ value: 0, operator: "sum", strides: sum, count }] : [],
});

test("loops are cut along an axis that nothing is summed over", () => {
  // Neighbours in memory are one axis, cut at cache lines; a byte is a quarter of a float32.
  expect(splitNest(nest([300, 700], [700, 1], [700, 1]), 2)).toEqual([
    { nest: nest([105_008], [1], [1]), offsets: [0, 0] },
    { nest: nest([104_992], [1], [1]), offsets: [420_032, 105_008] },
  ]);
  // Sums of rows: rows apart.
  expect(splitNest(nest([300, 700], [700, 1], undefined, [1, 0], 300), 2)).toEqual([
    { nest: nest([150, 700], [700, 1], undefined, [1, 0], 150), offsets: [0, 0] },
    { nest: nest([150, 700], [700, 1], undefined, [1, 0], 150), offsets: [420_000, 600] },
  ]);
  // Sums of columns: columns apart.
  expect(splitNest(nest([300, 700], [700, 1], undefined, [0, 1], 700), 2)[1]).toEqual({
    nest: nest([300, 348], [700, 1], undefined, [0, 1], 348),
    offsets: [1408, 1408],
  });
  // One sum of all, and sums that would not lie together: whole.
  expect(splitNest(nest([300, 700], [700, 1], undefined, [0, 0], 1), 2)).toHaveLength(1);
});
