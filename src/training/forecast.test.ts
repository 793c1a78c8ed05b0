/** A forecast of graphs whose arithmetic and memory can be counted by hand. */

import { expect, test } from "vitest";
import { makeData } from "../../test/helpers/training.ts";
import { add, conv2d, exp, gradients, input, matmul, multiply, sum } from "../graph/index.ts";
import { forecastOf, memoryOf, secondsPerEpoch } from "./forecast.ts";

test("a product and two passes: two FLOP a multiply-add, what is read and written, what lives at once", () => {
  const [x, w] = [input("x", [8, 16]), input("w", [16, 32])];
  const y = matmul(x, w);
  const forecast = forecastOf({ name: "product", inputs: [x, w], outputs: { z: add(exp(y), y) } });
  const result = 4 * 8 * 32;
  expect(forecast).toEqual({
    flops: 2 * 8 * 16 * 32,
    // Operands and result of the product; exp reads y and writes; the sum reads both and writes.
    traffic: 4 * (8 * 16 + 16 * 32) + result + 2 * result + 3 * result,
    // y and eʸ; the sum takes the place of one that nobody reads any more, and both were there.
    activations: 2 * result,
    state: 4 * (8 * 16 + 16 * 32),
  });
});

test("operands are made when they are asked for, as ONNX Runtime does, and not in the order of the program", () => {
  const x = input("x", [4, 4]);
  const maps = [exp(x), exp(x), exp(x)];
  const [a, b, c] = maps.map((map) => sum(map));
  const { activations } = forecastOf({ name: "sums", inputs: [x], outputs: { a: a!, b: b!, c: c! } });
  // One map at a time, beside three sums: in the program's order it would have been three maps.
  expect(activations).toBe(4 * 16 + 3 * 4);
});

test("a convolution and both its gradients: three times the forward pass", () => {
  const [x, w] = [input("x", [2, 3, 10, 10]), input("w", [5, 3, 3, 3])];
  const y = conv2d(x, w, undefined, { stride: 1, padding: 1 });
  const found = gradients(sum(multiply(y, y)), [x, w]);
  const { flops } = forecastOf({ name: "step", inputs: [x, w], outputs: { dx: found[0]!, dw: found[1]! } });
  expect(flops).toBe(3 * 2 * (2 * 10 * 10) * (5 * 3 * 3 * 3));
});

test("seconds and bytes follow", () => {
  const forecast = { flops: 6e9, traffic: 2e9, activations: 1e9, state: 1e8 };
  const job = { data: makeData(40, 12), batchSize: 4 };
  // 2 s and 0.5 s a step; 40 images, and a third of the work for 12 held-out ones.
  expect(secondsPerEpoch(job, forecast, { flops: 3e9, traffic: 4e9 })).toBeCloseTo(2.5 * 11, 9);
  expect(memoryOf(forecast)).toBe(1.75e9 + 3e8 + 3e8);
});
