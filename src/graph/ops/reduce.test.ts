import { expect, it } from "vitest";
import { gradients } from "../gradients.ts";
import { interpret } from "../interpreter.ts";
import { multiply } from "./elementwise.ts";
import { max, sum } from "./reduce.ts";
import { constant, input } from "./source.ts";

it("elements that tie for the maximum share its gradient", () => {
  const x = input("x", [2, 4]);
  const weights = constant(Float32Array.of(6, 5), [2]);
  const [gradient] = gradients(sum(multiply(max(x, [1]), weights)), [x]);
  const { result } = interpret(
    { result: gradient! },
    { x: { dtype: "float32", shape: [2, 4], data: Float32Array.of(1, 7, 7, 7, 2, 0, -1, -2) } },
  );
  expect([...result.data]).toEqual([0, 2, 2, 2, 5, 0, 0, 0]);
});
