import { expect, test } from "vitest";
import { labelsOf } from "./labels.ts";

const places = (points: Parameters<typeof labelsOf>[0]) =>
  labelsOf(points, 400).map((label) => label && [label.text, label.x, label.y, label.anchor]);

test("a name stands at the right, or at the left where the edge is near", () => {
  expect(
    places([
      { name: "a", x: 100, y: 50 },
      { name: "longer", x: 390, y: 90 },
    ]),
  ).toEqual([
    ["a", 109, 50, "start"],
    ["longer", 381, 90, "end"],
  ]);
});

test("names of points that meet stand in lines of their own, and none over another point", () => {
  const three = ["one", "two", "three"].map((name) => ({ name, x: 390, y: 50 }));
  expect(places(three)).toEqual([
    ["one", 381, 50, "end"],
    ["two", 381, 62, "end"],
    ["three", 381, 38, "end"],
  ]);
  const beside = [
    { name: "demo-2", x: 385, y: 60 },
    { name: "demo", x: 366, y: 52 },
  ];
  expect(places(beside)).toEqual([
    ["demo-2", 376, 72, "end"],
    ["demo", 357, 52, "end"],
  ]);
});

test("a point without a place has no name, and keeps no other from its own", () => {
  const points = [
    { name: "diverged", x: Number.NaN, y: 50 },
    { name: "a", x: 100, y: 50 },
  ];
  expect(places(points)).toEqual([undefined, ["a", 109, 50, "start"]]);
});

test("names that differ in their middle differ when they are shortened", () => {
  const named = (rate: string): string => `${"sweep-".repeat(20)}rate-${rate}-${"seed-".repeat(20)}`;
  const points = ["0.1", "0.2"].map((rate, i) => ({ name: named(rate), x: 100, y: 50 + 40 * i }));
  expect(labelsOf(points, 400).map((label) => /0\.\d/.exec(label!.text)?.[0])).toEqual(["0.1", "0.2"]);
});

test("a name without room is shortened", () => {
  const [label] = labelsOf([{ name: "x".repeat(200), x: 100, y: 50 }], 400);
  expect(label!.text).toContain("…");
  expect(label!.right).toBeLessThanOrEqual(400);
});
