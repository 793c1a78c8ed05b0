/**
 * Every operator, over random shapes: its ONNX lowering agrees with the reference interpreter, and its
 * gradient agrees with finite differences of that interpreter.
 */

import fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import { cases, operands } from "../../test/helpers/operator-cases.ts";
import type { Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import type { Program, Tensor, Value } from "./index.ts";
import * as g from "./index.ts";
import { operators } from "./operators.ts";

const feed = (values: readonly Value[]) => Object.fromEntries(values.map((value, i) => [`x${i}`, value]));

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const scale = Math.max(1, Math.abs(expected[i]!));
    expect(
      Math.abs(actual[i]! - expected[i]!) / scale,
      `element ${i}: ${actual[i]} is not ${expected[i]}`,
    ).toBeLessThan(tolerance);
  }
}

/** Names of the operators of all that was written down below. */
const writtenDown = new Set<string>();

/** `program` as whoever receives its text has it. */
function written(program: Program): Program {
  const data = g.serializeProgram(program);
  for (const { operator } of data.nodes) writtenDown.add(operator);
  return g.deserializeProgram(JSON.parse(JSON.stringify(data)));
}

const engines = ["ONNX Runtime", "WebAssembly"] as const;
let runtimes: Readonly<Record<(typeof engines)[number], Runtime>>;
beforeAll(async () => {
  const native = await createRuntime({ threads: 1 });
  runtimes = { "ONNX Runtime": native, WebAssembly: await createRuntime({ engine: "wasm" }) };
});

describe.each(Object.entries(cases))("%s", (name, arbitrary) => {
  it.each(engines)("computes in %s what the interpreter says", async (engine) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.nat(), async (testCase, seed) => {
        const inputs = testCase.shapes.map((s, i) => g.input(`x${i}`, s));
        const outputs = { y: testCase.build(...inputs) };
        const feeds = feed(operands(testCase, seed));
        const expected = g.interpret(outputs, feeds).y;
        const session = await runtimes[engine].compile({ name, inputs, outputs });
        const { y } = await session.run(feeds);
        await session.release();
        expect(y!.shape).toEqual(expected.shape);
        expectClose(y!.data as Float32Array, expected.data as Float32Array, 1e-4);
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it("has the gradient that finite differences give", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (testCase, seed) => {
        if (testCase.differentiable === false) return;
        const inputs = testCase.shapes.map((s, i) => g.input(`x${i}`, s));
        const result = testCase.build(...inputs);
        // A loss that weighs every element differently, so that a permuted gradient can't pass.
        const count = g.elementCount(g.staticShape("test", result.shape));
        const weights = Float32Array.from({ length: count }, (_, i) => Math.cos(1 + 1.7 * i));
        const loss = g.sum(g.multiply(result, g.constant(weights, result.shape as number[])));
        const values = operands(testCase, seed);
        const derivatives = g.gradients(loss, inputs);
        const analytic = g.interpret(
          Object.fromEntries(derivatives.map((d, i) => [`d${i}`, d])),
          feed(values),
        );
        const at = (moved: Value[]): number => {
          // The interpreter rounds to float32; summing its result in double keeps the difference quotient clean.
          const { y } = g.interpret({ y: result }, feed(moved));
          return (y.data as Float32Array).reduce((total, v, i) => total + v * weights[i]!, 0);
        };
        values.forEach((value, which) => {
          const data = value.data as Float32Array;
          const numeric = Float64Array.from(data, (centre, element) => {
            const h = 1e-2;
            const moved = (by: number) =>
              at(
                values.map((v, i) =>
                  i === which ? { ...v, data: data.with(element, centre + by) } : v,
                ) as Value[],
              );
            // Fourth-order central difference: float32 noise needs a large step, the large step needs the order.
            return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
          });
          expectClose(analytic[`d${which}`]!.data as Float32Array, numeric, 5e-3);
        });
      }),
      { numRuns: 15, seed: 11 },
    );
  });

  it("computes the same bits after it was written down, and so do its gradients", () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (testCase, seed) => {
        const inputs = testCase.shapes.map((s, i) => g.input(`x${i}`, s));
        const y = testCase.build(...inputs);
        const gradients = testCase.differentiable === false ? [] : g.gradients(g.sum(y), inputs);
        const outputs = Object.fromEntries([y, ...gradients].map((tensor, i) => [`y${i}`, tensor]));
        const again = written({ name, inputs, outputs });
        expect(again.inputs.map(g.inputName)).toEqual(inputs.map(g.inputName));
        const feeds = feed(operands(testCase, seed));
        expect(g.interpret(again.outputs, feeds)).toEqual(g.interpret(outputs, feeds));
      }),
      { numRuns: 12, seed: 13 },
    );
  });
});

test("group normalisation, SiLU, softmax and upsampling are what their definitions say", () => {
  const value = (shape: number[], numbers: number[]): Value => ({
    dtype: "float32",
    shape,
    data: Float32Array.from(numbers),
  });
  const x = g.input("x", ["batch", 4, 1, 2]);
  const [gain, bias] = [g.input("gain", [4]), g.input("bias", [4])];
  const y = g.normalizeGroups(x, gain, bias, 2, 0);
  const fed = {
    x: value([1, 4, 1, 2], [1, 3, 5, 7, 0, 0, 2, 2]),
    gain: value([4], [1, 2, 1, 1]),
    bias: value([4], [0, 0, 0, 10]),
  };
  // Means 4 and 1, variances 5 and 1.
  const expected = [-3, -1, 2, 6].map((n) => n / Math.sqrt(5));
  expectClose(g.interpret({ y }, fed).y!.data as Float32Array, [...expected, -1, -1, 11, 11], 1e-6);
  const row = g.input("x", [2]);
  const found = g.interpret(
    { gate: g.silu(row), share: g.softmax(row) },
    { x: value([2], [0, Math.log(3)]) },
  );
  expectClose(found.gate!.data as Float32Array, [0, 0.75 * Math.log(3)], 1e-6);
  expectClose(found.share!.data as Float32Array, [0.25, 0.75], 1e-6);
  const image = g.input("x", [1, 1, 1, 2]);
  const large = g.interpret({ y: g.upsampleNearest(image, 2) }, { x: value([1, 1, 1, 2], [5, 6]) }).y!;
  expect(large.shape).toEqual([1, 1, 2, 4]);
  expect([...(large.data as Float32Array)]).toEqual([5, 5, 6, 6, 5, 5, 6, 6]);
});

test("no gradient flows through a sign or a step: a second derivative is what is left beside them", () => {
  const x = g.input("x", [3]);
  const fed = { x: { dtype: "float32", shape: [3], data: Float32Array.of(-2, 0.5, 3) } } as const;
  const twice = (y: Tensor): number[] => {
    const [first] = g.gradients(g.sum(y), [x]);
    const [second] = g.gradients(g.sum(first!), [x]);
    return [...(g.interpret({ second: second! }, fed).second!.data as Float32Array)];
  };
  expect(twice(g.square(g.relu(x)))).toEqual([0, 2, 2]);
  expect(twice(g.square(g.leakyRelu(x, 0.5)))).toEqual([0.5, 2, 2]);
  expect(twice(g.multiply(g.abs(x), x))).toEqual([-2, 2, 2]);
});

test("a number is true unless it is 0", async () => {
  const x = g.input("x", [5]);
  const outputs = { y: g.cast(g.cast(x, "bool"), "float32") };
  const data = Float32Array.of(0, 0.5, 2, 256, -1);
  const fed = { x: { dtype: "float32", shape: [5], data } } as const;
  expect(g.interpret(outputs, fed).y!.data).toEqual(Float32Array.of(0, 1, 1, 1, 1));
  for (const engine of engines) {
    const session = await runtimes[engine].compile({ name: "truth", inputs: [x], outputs });
    expect((await session.run(fed)).y!.data, engine).toEqual(Float32Array.of(0, 1, 1, 1, 1));
    await session.release();
  }
});

test("a convolution of an upsampled image is what it says", () => {
  const shapes = { x: [2, 3, 4, 5], kernel: [2, 3, 3, 3], bias: [2] };
  const [x, kernel, bias] = Object.entries(shapes).map(([name, s]) => g.input(name, s)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const quick = g.convolveUpsampled(x, kernel, bias);
  const plain = g.conv2d(g.upsampleNearest(x, 2), kernel, bias, { stride: 1, padding: 1 });
  const parts = [x, kernel, bias];
  const outputs = Object.fromEntries(
    [quick, plain].flatMap((y, which) =>
      [y, ...g.gradients(g.sum(g.square(y)), parts)].map((t, i) => [`${which} ${i}`, t]),
    ),
  );
  const values = operands({ shapes: Object.values(shapes), build: () => x }, 3);
  const found = g.interpret(outputs, { x: values[0]!, kernel: values[1]!, bias: values[2]! });
  for (const i of [0, 1, 2, 3]) {
    expectClose(found[`0 ${i}`]!.data as Float32Array, found[`1 ${i}`]!.data as Float32Array, 1e-4);
  }
});

test("every operator that can be written down was", () => {
  const x = g.input("x", ["batch", 2], "uint8");
  const nothing = g.constant(Number.NEGATIVE_INFINITY, [2]);
  const y = g.add(g.cast(x, "float32"), nothing);
  const again = written({ name: "rest", inputs: [x], outputs: { y } });
  const value: Value = { dtype: "uint8", shape: [1, 2], data: Uint8Array.of(1, 2) };
  expect(g.interpret(again.outputs, { x: value }).y!.data).toEqual(Float32Array.of(-Infinity, -Infinity));
  expect([...writtenDown].sort()).toEqual([...operators.keys()].sort());
});
