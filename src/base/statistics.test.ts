import { expect, it } from "vitest";
import { largest, mean, median, ranks } from "./statistics.ts";

it("mean, median and largest, of few and of many", () => {
  expect([mean([1, 2, 6]), mean([])]).toEqual([3, 0]);
  expect([median([9, 1, 10]), median([4, 1, 3, 100]), median([7])]).toEqual([9, 3.5, 7]);
  expect(median([])).toBeNaN();
  expect([largest([-3, -1, -2]), largest([])]).toEqual([-1, Number.NEGATIVE_INFINITY]);
  const many = Float64Array.from({ length: 500_000 }, (_, i) => i);
  expect([largest(many), mean(many), median(many)]).toEqual([499_999, 249_999.5, 249_999.5]);
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

it("ranks: ties share theirs, and what is no number has none", () => {
  expect([...ranks([30, 10, 30])]).toEqual([2.5, 1, 2.5]);
  const { NaN: none, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
  expect([...ranks([none, most, 2, none, least, most])]).toEqual([none, 3.5, 2, none, 1, 3.5]);
  expect([...ranks([])]).toEqual([]);
});
