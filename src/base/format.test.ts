import { expect, test } from "vitest";
import {
  formatCount,
  formatDigits,
  formatFixed,
  formatGigabytes,
  formatNumber,
  formatSeconds,
  formatShort,
  formatWithError,
} from "./format.ts";

test.each([
  [105.2345, 0.27, "105.23 ± 0.27"],
  [105.2345, 12.3, "105 ± 12"],
  [105.2345, 0.003, "105.2345 ± 0.0030"],
  [-12.34567, 0.031, "−12.346 ± 0.031"],
  [-0.000001, 0.0002, "0.00000 ± 0.00020"],
  [1.5, 0, "1.5 ± 0"],
  [105.2345, Number.NaN, "105.2"],
  [Number.NaN, 1, "NaN"],
])("%f with error %f is %s", (mean, error, text) => {
  expect(formatWithError(mean, error)).toBe(text);
});

test("seconds and gigabytes keep the digits that say something", () => {
  expect([0, 0.0312, 0.5, 42, 720].map(formatSeconds)).toEqual(["0 s", "0.03 s", "0.5 s", "42 s", "12 min"]);
  expect([2e8, 1.44e9, 1.3544e16].map(formatGigabytes)).toEqual(["0.2 GB", "1.4 GB", "13,500,000 GB"]);
});

test("digits, counts, short forms", () => {
  expect([12.345, 0.012345, 1234, -0.5].map((value) => formatDigits(value))).toEqual([
    "12.3",
    "0.0123",
    "1,230",
    "−0.5",
  ]);
  expect(formatCount(1234567)).toBe("1,234,567");
  expect([105.2345, -3, 12345, 1234.5, 0.1, Number.NaN].map(formatShort)).toEqual([
    "105.2",
    "−3",
    "12345",
    "1235",
    "0.1",
    "NaN",
  ]);
  expect([105.2345, -3, 0.0000012, 0, Number.POSITIVE_INFINITY].map(formatNumber)).toEqual([
    "105.2",
    "−3.000",
    "1.2e-6",
    "0",
    "Infinity",
  ]);
  expect([
    formatFixed(-0.0126, 3),
    formatFixed(105, 2),
    formatFixed(-0.004, 2),
    formatNumber(-1.2e-6),
  ]).toEqual(["−0.013", "105.00", "0.00", "−1.2e-6"]);
});
