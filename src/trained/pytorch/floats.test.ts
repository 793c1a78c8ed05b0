import { expect, test } from "vitest";
import { BetalabError } from "../../base/errors.ts";
import { floatsOf } from "./floats.ts";

test("weights of any type of number", () => {
  const shape = [2];
  expect([...floatsOf({ dtype: "BF16", shape, data: Uint16Array.of(0x3f80, 0xc040) }, "w")]).toEqual([1, -3]);
  expect([...floatsOf({ dtype: "F16", shape, data: Uint16Array.of(0x3800, 0x7bff) }, "w")]).toEqual([
    0.5, 65504,
  ]);
  expect([...floatsOf({ dtype: "F64", shape, data: Float64Array.of(0.1, -2) }, "w")]).toEqual([
    Math.fround(0.1),
    -2,
  ]);
});

test("what no weights are", () => {
  const large = () => floatsOf({ dtype: "F64", shape: [2], data: Float64Array.of(0, 1e39) }, "m: w");
  expect(large).toThrow("m: w holds Infinity at 1");
  const counts = () => floatsOf({ dtype: "I64", shape: [1], data: BigInt64Array.of(1n) }, "m: w");
  expect(counts).toThrow(BetalabError);
  expect(counts).toThrow("m: w holds I64");
});
