/** What is started together, and within what every card has. What shaders compute is tested where there is a WebGPU: test/webgpu.test.ts. */

import { expect, test } from "vitest";
import * as g from "../graph/index.ts";
import { Buffer } from "../plan/index.ts";
import { dispatches } from "./dispatch.ts";
import { compileGpu, missingOnGpu } from "./index.ts";
import { flatKernel } from "./kernel.ts";

const card = { isSoftware: false };
const compiled = (outputs: Readonly<Record<string, g.Tensor>>, inputs: readonly g.Tensor[]) =>
  compileGpu({ name: "test", inputs, outputs }, new Map(), card);

test("kernels that don't need each other's results are started at once, others one after another", () => {
  const [a, b] = [g.input("a", [40, 30]), g.input("b", [50, 20])];
  expect(compiled({ y: g.exp(a), z: g.exp(b) }, [a, b]).calls).toHaveLength(1);
  const product = g.matmul(a, g.transpose(a, [1, 0]));
  // A product, and what is computed from it; the square of b joins either.
  const { calls } = compiled({ y: g.sqrt(product), z: g.multiply(b, b) }, [a, b]);
  expect(calls).toHaveLength(2);
  const numberOf = (base: number) =>
    calls.findIndex((call) => call.arguments.some((one) => one.base === base));
  // Bases: the program's own memory, a, b, y, z.
  expect(numberOf(3)).toBeGreaterThan(numberOf(1));
});

test("a result takes the place of an operand only where no kernel that is started with it reads that", () => {
  const [x, y, z] = [new Buffer(4), new Buffer(4), new Buffer(4)];
  const kernel = (to: Buffer) =>
    flatKernel([{ buffer: x, offset: 0 }], { buffer: to, offset: 0 }, 1, () => "");
  const replacing = { ...kernel(y), replaces: new Map([[y, x]]) };
  expect(dispatches([replacing]).map(({ replaces }) => [...replaces])).toEqual([[[y, x]]]);
  expect(dispatches([replacing, kernel(z)]).map(({ replaces }) => [...replaces])).toEqual([[]]);
});

test("sums share no more memory than every card has", () => {
  const inputs = Array.from({ length: 20 }, (_, i) => g.input(`x${i}`, [300, 100]));
  const outputs = Object.fromEntries(inputs.map((x, i) => [`y${i}`, g.sum(g.multiply(x, inputs[0]!), [0])]));
  for (const { shader } of compiled(outputs, inputs).calls) {
    const floats = [...shader.matchAll(/var<workgroup> \w+: array<f32, (\d+)>/g)];
    expect(floats.length).toBeGreaterThan(0);
    expect(floats.reduce((sum, [, count]) => sum + 4 * Number(count), 0)).toBeLessThanOrEqual(16_384);
  }
});

test("more groups than one axis starts are two axes; nothing is one group or none", () => {
  const large = g.input("x", [4096, 8192]);
  expect(compiled({ y: g.exp(large) }, [large]).calls.map(({ groups }) => groups)).toEqual([[65_535, 3, 1]]);
  const none = g.input("x", [0, 3]);
  for (const call of compiled({ y: g.exp(none) }, [none]).calls) {
    expect(call.groups.every(Number.isInteger)).toBe(true);
  }
});

test("what is made of nothing has no kernel, and sums of it are there all the same", () => {
  const [x, w] = [g.input("x", [0, 5]), g.input("w", [5, 3])];
  const index = g.constantValue({ dtype: "int32", shape: [0, 3], data: new Int32Array(0) });
  const product = g.matmul(x, w);
  const outputs = { product, picked: g.gatherElements(w, index, 0) };
  expect(compiled(outputs, [x, w]).calls).toEqual([]);
  expect(compiled({ sums: g.sum(product, [0]) }, [x, w]).calls).toHaveLength(1);
});

test("what there are no kernels for is named", () => {
  const x = g.input("x", [4]);
  const named = (y: g.Tensor) => missingOnGpu({ name: "test", inputs: [x], outputs: { y } });
  expect(named(g.exp(x))).toBeUndefined();
  expect(named(g.cast(g.cast(x, "int64"), "float32"))).toBe("cast of int64");
  expect(named(g.cast(x, "uint8"))).toBe("cast of uint8");
});
