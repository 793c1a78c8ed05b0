import { expect, test } from "vitest";
import { endToEnd } from "./lists.ts";

test("numbers end to end keep their kind, and the first list is left alone", () => {
  const first = Int32Array.of(1, 2);
  expect(endToEnd(first, new Int32Array(), Int32Array.of(3))).toEqual(Int32Array.of(1, 2, 3));
  expect(endToEnd(first)).toEqual(first);
  expect(endToEnd(first)).not.toBe(first);
});
