import { expect, it } from "vitest";
import * as g from "../index.ts";

it("takes its operand as a constant: d(x·stop(x))/dx is x, not 2x", () => {
  const x = g.input("x", [3]);
  const [derivative] = g.gradients(g.sum(g.multiply(x, g.stopGradient(x))), [x]);
  const feeds = { x: { dtype: "float32", shape: [3], data: Float32Array.of(1, -2, 5) } } as const;
  expect([...(g.interpret({ derivative: derivative! }, feeds).derivative.data as Float32Array)]).toEqual([
    1, -2, 5,
  ]);
});
