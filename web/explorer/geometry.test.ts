import { expect, test } from "vitest";
import {
  between,
  fitView,
  nearestLatent,
  nearestOnMap,
  neighbourTowards,
  projectLinearly,
} from "./geometry.ts";

test("points: the nearest on the map and in the latent space, and the neighbour in a direction", () => {
  const map = [0, 0, 2, 0, 0, 3, -1, -1, 5, 1];
  expect(nearestOnMap(map, 1.4, 0.2)).toBe(1);
  expect(
    [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ].map(([x, y]) => neighbourTowards(map, 0, x!, y!)),
  ).toEqual([1, 3, 2, 3]);
  expect(neighbourTowards(map, 4, 1, 0)).toBe(4);
  expect(nearestLatent(Float32Array.of(0, 0, 0, 1, 1, 1), Float32Array.of(0.6, 0.6, 0.6))).toBe(1);
  expect([...between(Float32Array.of(0, 4), Float32Array.of(2, 0), 0.25)]).toEqual([0.5, 3]);
  expect(
    projectLinearly(
      {
        mean: [1, 1],
        axes: [
          [0, 2],
          [1, 0],
        ],
      },
      Float32Array.of(4, 3),
    ),
  ).toEqual([4, 3]);
});

test("a map keeps its proportions on the screen, and y points up", () => {
  const view = fitView([0, 0, 4, 2], 120, 10);
  expect(view.toScreen(0, 0)).toEqual([10, 85]);
  expect(view.toScreen(4, 2)).toEqual([110, 35]);
  expect(view.toMap(10, 85)).toEqual([0, 0]);
  expect(fitView([1, 1], 100, 10).toScreen(1, 1)).toEqual([50, 50]);
});
