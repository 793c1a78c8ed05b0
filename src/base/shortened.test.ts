import { expect, test } from "vitest";
import { shortenedNames } from "./shortened.ts";

test("a name that has no room keeps its beginning and its end", () => {
  expect(shortenedNames(["beta-4_seed-0"], 13)).toEqual(["beta-4_seed-0"]);
  expect(shortenedNames(["a-very-long-name-of-the-end"], 9)).toEqual(["a-ve…-end"]);
});

test("names that differ in their middle alone keep what differs", () => {
  const named = (rate: string): string => `sweep-of-october/learning-rate=${rate},latents=10,beta=4,seed=1`;
  const short = shortenedNames([named("0.001"), named("0.0003"), "other"], 24);
  expect(short).toEqual(["sweep-of…0.001…4,seed=1", "sweep-of…0.0003…4,seed=1", "other"]);
});

test("however they differ, no two that are different look alike, and the same name stays the same", () => {
  const long = "x".repeat(40);
  const names = [
    `${long}a${long}b${long}`,
    `${long}a${long}c${long}`,
    `${long}d${long}c${long}`,
    `${long}${"y".repeat(60)}1${"z".repeat(60)}${long}`,
    `${long}${"y".repeat(60)}2${"z".repeat(60)}${long}`,
    `${long}${long}`,
    `${long}${long}${long}`,
  ];
  const short = shortenedNames([...names, names[0]!], 20);
  expect(new Set(short).size).toBe(names.length);
  expect(short[7]).toBe(short[0]);
  for (const one of short) expect(one.length).toBeLessThanOrEqual(20);
});
