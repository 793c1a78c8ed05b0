import { expect, test } from "vitest";
import {
  drawnPoints,
  LETTER,
  nearestIndex,
  placed,
  rangeOf,
  settledRange,
  shortened,
  ticksOf,
  tickText,
} from "./scale.ts";

test("a range has room at both ends, but none below the zero that was asked for", () => {
  expect(rangeOf([10, null, 20, Number.NaN])).toEqual({ low: 9.5, high: 20.5 });
  expect(rangeOf([10, 20], true)).toEqual({ low: 0, high: 21 });
  expect(rangeOf([5])).toEqual({ low: 4.75, high: 5.25 });
  expect(rangeOf([])).toEqual({ low: 0, high: 1 });
});

test("the settled range leaves out the fall of the first steps", () => {
  const falling = Array.from({ length: 100 }, (_, i) => (i < 4 ? 1000 : 100 + (i % 10)));
  const { low, high } = settledRange([falling]);
  expect(low).toBeCloseTo(100 - 0.45);
  expect(high).toBeLessThan(120);
  const short = [540, 538, 537];
  expect(settledRange([falling, short]).high).toBeGreaterThan(540);
});

test("names that have no room fit, and differ where they did", () => {
  expect(shortened(["beta-4_seed-0"], 200)).toEqual(["beta-4_seed-0"]);
  const long = (beta: number): string =>
    `${"a-long-name-".repeat(9)}beta-${beta}-${"and-more-".repeat(9)}end`;
  const cut = shortened([long(1), long(4)], 200);
  expect(cut).toEqual([
    expect.stringMatching(/^a-long.*…1….*end$/),
    expect.stringMatching(/^a-long.*…4….*end$/),
  ]);
  for (const one of cut) expect(one.length * LETTER).toBeLessThanOrEqual(200);
});

test("ticks are round and within", () => {
  expect(ticksOf({ low: 0, high: 4690 })).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(ticksOf({ low: 99.3, high: 121 })).toEqual([100, 105, 110, 115, 120]);
  expect(ticksOf({ low: -0.01, high: 0.02 })).toEqual([-0.01, 0, 0.01, 0.02]);
  expect(ticksOf({ low: 1_234_567, high: 1_234_583 })).toEqual([1_234_570, 1_234_575, 1_234_580]);
  expect(placed({ low: 10, high: 20 }, 15, 100, 0)).toBe(50);
});

test("ticks close to each other read differently", () => {
  const texts = (low: number, high: number): string[] => ticksOf({ low, high }).map(tickText);
  expect(texts(1234.1, 1234.9)).toEqual(["1234.2", "1234.4", "1234.6", "1234.8"]);
  expect(texts(104.211, 104.279)).toEqual(["104.22", "104.24", "104.26"]);
  expect(texts(-0.01, 0.02)).toEqual(["−0.01", "0", "0.01", "0.02"]);
  expect(texts(0, 40_000)).toEqual(["0", "10k", "20k", "30k", "40k"]);
});

test("a long curve keeps each stretch's ends and extremes", () => {
  const values = Array.from({ length: 10_000 }, (_, i) => (i === 4567 ? 99 : i === 7777 ? -99 : Math.sin(i)));
  const drawn = drawnPoints(values, 100);
  expect(drawn.length).toBeLessThanOrEqual(400);
  expect(drawn).toContain(4567);
  expect(drawn).toContain(7777);
  expect([drawn[0], drawn.at(-1)]).toEqual([0, 9999]);
  expect(drawnPoints([1, 2, 3], 100)).toEqual([0, 1, 2]);
});

test("the nearest of a rising list", () => {
  expect([0, 14, 16, 99].map((wanted) => nearestIndex([10, 15, 20], wanted))).toEqual([0, 1, 1, 2]);
});
