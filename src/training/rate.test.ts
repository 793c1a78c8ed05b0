/** Images per second, by a clock that the test moves. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rate } from "./rate.ts";

let now = 0;
beforeEach(() => {
  now = 5000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => void vi.restoreAllMocks());

test("the first call is measured from the start, later ones over the calls of the last three seconds", () => {
  const rate = new Rate();
  now += 500;
  expect(rate.count(100)).toBe(200);
  now += 1000;
  expect(rate.count(300)).toBe(300);
  now += 1000;
  expect(rate.count(500)).toBe(400);
  // Exactly three seconds old: the first call still counts.
  now += 1000;
  expect(rate.count(400)).toBe(400);
  // Four: it does not, and the second is the oldest.
  now += 1000;
  expect(rate.count(600)).toBe(500);
  expect(rate.overall()).toBeCloseTo(1900 / 4.5, 9);
});

test("two calls are kept, however long ago the first was", () => {
  const rate = new Rate();
  now += 1000;
  rate.count(10);
  now += 10_000;
  expect(rate.count(50)).toBe(5);
  now += 10_000;
  expect(rate.count(70)).toBe(7);
});

test("a restart forgets what was before", () => {
  const rate = new Rate();
  now += 100;
  rate.count(1000);
  now += 9900;
  rate.restart();
  now += 2000;
  expect(rate.count(60)).toBe(30);
  expect(rate.overall()).toBe(30);
});

test("within one tick of the clock the rate is finite", () => {
  const rate = new Rate();
  expect(rate.overall()).toBe(0);
  expect(rate.count(1)).toBe(1e6);
  expect(rate.overall()).toBe(1e6);
});
