import { expect, test } from "vitest";
import { floatToHalf, halfToFloat } from "./half.ts";

test("every number of 16 bits is itself again", () => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = halfToFloat(bits);
    if (!Number.isNaN(value)) expect(floatToHalf(value)).toBe(bits);
  }
});

test("values of IEEE 754: numpy's float16", () => {
  expect([1, -2, 65504, 0.333251953125, 2 ** -14, 2 ** -24].map(floatToHalf)).toEqual([
    0x3c00, 0xc000, 0x7bff, 0x3555, 0x0400, 0x0001,
  ]);
  // Between two numbers the nearer one, in the middle the even one, and beyond the largest infinity.
  expect(
    [1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 1.5 * 2 ** -25, 65519.9, 65520].map(floatToHalf),
  ).toEqual([0x3555, 0x3c00, 0x3c02, 0x0000, 0x0001, 0x7bff, 0x7c00]);
  expect([Number.NaN, Number.NEGATIVE_INFINITY, -0].map(floatToHalf)).toEqual([0x7e00, 0xfc00, 0x8000]);
});
