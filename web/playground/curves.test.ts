import { expect, test } from "vitest";
import { type Curves, extended, noCurves } from "./curves.ts";

test("a curve of any length keeps its beginning, its end and no more than it can show", () => {
  let curves: Curves = noCurves();
  for (let step = 1; step <= 5000; step++) {
    const terms = { reconstruction: 100 - step, kl: step, negativeElbo: 100 };
    curves = extended(curves, { kind: "progress", step, epoch: 0, terms, scalars: {}, imagesPerSecond: 1 });
  }
  expect(curves.step.length).toBeLessThanOrEqual(1200);
  expect([curves.step[0], curves.step.at(-1), curves.kl.at(-1)]).toEqual([1, 5000, 5000]);
  expect(curves.step).toEqual(curves.step.toSorted((a, b) => a - b));
  expect(curves.beta.length).toBe(curves.step.length);
});
