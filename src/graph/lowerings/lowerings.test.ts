/**
 * The blocked lowerings, those of a GPU (in standard operators, so that a CPU runs them too) and WebAssembly's kernels
 * against the interpreter, over shapes that their kernels take and shapes just beside.
 */

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { fillNormal } from "../../base/random.ts";
import type { Runtime } from "../../runtime/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import type { Tensor, Value } from "../index.ts";
import * as g from "../index.ts";

const channels = fc.constantFrom(1, 3, 16, 32);

const shapes = fc
  .record({
    batch: fc.constantFrom(3, 16),
    into: channels,
    out: channels,
    height: fc.integer({ min: 3, max: 9 }),
    width: fc.integer({ min: 3, max: 9 }),
    kernelHeight: fc.integer({ min: 1, max: 4 }),
    kernelWidth: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 1 }),
  })
  .filter((c) => c.height + 2 * c.padding >= c.kernelHeight && c.width + 2 * c.padding >= c.kernelWidth)
  .filter((c) => c.padding < Math.min(c.kernelHeight, c.kernelWidth));

let runtime: Runtime;
let engines: readonly Pick<Runtime, "compile" | "description">[];
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
  const { open } = runtime;
  engines = [
    runtime,
    await createRuntime({ engine: "wasm" }),
    {
      description: "lowered for a GPU",
      compile: (program) => open(g.writeOnnx(program, { target: g.gpuTarget() }), program.name),
    },
  ];
});

function operands(inputs: readonly Tensor[], seed: number): Record<string, Value> {
  return Object.fromEntries(
    inputs.map((tensor, i) => {
      const shape = tensor.shape as number[];
      const data = new Float32Array(g.elementCount(shape));
      fillNormal(data, { seed, stream: "operand", step: i });
      return [g.inputName(tensor)!, { dtype: "float32", shape, data } satisfies Value];
    }),
  );
}

async function expectAgreement(
  name: string,
  inputs: readonly Tensor[],
  outputs: Record<string, Tensor>,
  seed: number,
) {
  const feeds = operands(inputs, seed);
  const expected = g.interpret(outputs, feeds);
  for (const engine of engines) {
    const session = await engine.compile({ name, inputs, outputs });
    const actual = await session.run(feeds);
    await session.release();
    for (const key of Object.keys(outputs)) {
      const [a, b] = [actual[key]!, expected[key]!];
      expect(a.shape, key).toEqual(b.shape);
      const [x, y] = [a.data as Float32Array, b.data as Float32Array];
      const scale = y.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
      let worst = 0;
      for (let i = 0; i < y.length; i++) worst = Math.max(worst, Math.abs(x[i]! - y[i]!) / scale);
      const what = `${engine.description}: ${key}: largest error relative to its largest element`;
      expect(worst, what).toBeLessThan(2e-4);
    }
  }
}

describe("a convolution and its gradients", () => {
  it("agree with the interpreter whatever the layout", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async (c, seed) => {
        const x = g.input("x", [c.batch, c.into, c.height, c.width]);
        const w = g.input("w", [c.out, c.into, c.kernelHeight, c.kernelWidth]);
        const b = g.input("b", [c.out]);
        const result = g.conv2d(x, w, b, { stride: c.stride, padding: c.padding });
        const loss = g.sum(g.square(g.relu(result)));
        const [dx, dw, db] = g.gradients(loss, [x, w, b]);
        await expectAgreement("convolution", [x, w, b], { result, dx: dx!, dw: dw!, db: db! }, seed);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});

describe("a transposed convolution and its gradients", () => {
  it("agree with the interpreter whatever the layout", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(1), fc.nat(), async (c, extra, seed) => {
        fc.pre(c.stride > extra && Math.min(c.kernelHeight, c.kernelWidth) > 2 * c.padding);
        const x = g.input("x", [c.batch, c.into, c.height, c.width]);
        const w = g.input("w", [c.into, c.out, c.kernelHeight, c.kernelWidth]);
        const b = g.input("b", [c.out]);
        const window = { stride: c.stride, padding: c.padding, outputPadding: extra };
        const result = g.convTranspose2d(x, w, b, window);
        const loss = g.sum(g.square(g.leakyRelu(result, 0.1)));
        const [dx, dw, db] = g.gradients(loss, [x, w, b]);
        await expectAgreement("transposed", [x, w, b], { result, dx: dx!, dw: dw!, db: db! }, seed);
      }),
      { numRuns: 60, seed: 6 },
    );
  });
});

describe("the gradient for a large kernel, in bands", () => {
  it.each([
    ["two groups of images", { batch: 32, into: 16, out: 32, size: 30, stride: 1, padding: 1 }],
    ["columns cut off", { batch: 32, into: 16, out: 64, size: 42, stride: 2, padding: 0 }],
    ["bands of unequal height", { batch: 16, into: 32, out: 64, size: 59, stride: 2, padding: 1 }],
  ])("is that of ONNX Runtime's own kernels: %s", async (_, { batch, into, out, size, stride, padding }) => {
    const x = g.input("x", [batch, into, size, size]);
    const w = g.input("w", [out, into, 3, 3]);
    const loss = g.sum(g.square(g.conv2d(x, w, undefined, { stride, padding })));
    const [dw] = g.gradients(loss, [w]);
    const program = { name: "bands", inputs: [x, w], outputs: { dw: dw! } };
    const feeds = operands([x, w], 1);
    const portable = await runtime.open(g.writeOnnx(program), "portable");
    const compiled = await Promise.all(engines.map((engine) => engine.compile(program)));
    const sessions = [portable, ...compiled];
    const [expected, ...others] = await Promise.all(
      sessions.map(async (session) => (await session.run(feeds)).dw!.data as Float32Array),
    );
    const scale = expected!.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    for (const actual of others) {
      const worst = expected!.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0);
      expect(worst / scale).toBeLessThan(1e-5);
    }
    for (const session of sessions) await session.release();
  });
});

describe("a chain that stays blocked", () => {
  it("agrees with the interpreter through activations, channel factors, sums and a flattening end", async () => {
    const x = g.input("x", [16, 16, 6, 6]);
    const w1 = g.input("w1", [32, 16, 3, 3]);
    const w2 = g.input("w2", [32, 16, 4, 4]);
    const gain = g.input("gain", [32]);
    const convolved = g.conv2d(x, w1, undefined, { stride: 2, padding: 1 });
    const { normalized } = g.normalizeBatch(convolved, g.square(gain), gain, 1e-3);
    const h = g.leakyRelu(g.multiplyAdd(normalized, g.constant(0.5), convolved), 0.2);
    const scaled = g.multiply(h, g.reshape(gain, [1, 32, 1, 1]));
    const centred = g.subtract(scaled, g.mean(scaled, [0, 2, 3], true));
    const up = g.convInputGradient(centred, w2, { stride: 2, padding: 1, height: 6, width: 6 });
    const result = g.flatten(g.add(up, x));
    const loss = g.sum(g.square(result));
    const derivatives = g.gradients(loss, [x, w1, w2, gain]);
    const outputs = Object.fromEntries(derivatives.map((d, i) => [`d${i}`, d]));
    await expectAgreement("chain", [x, w1, w2, gain], { result, ...outputs }, 3);
  });
});

describe("a rectifier's slope", () => {
  it.each([[-0.5], [1], [1.5]])("is its own where it is %f", async (slope) => {
    const [x, w] = [g.input("x", [2, 16, 5, 5]), g.input("w", [16, 16, 3, 3])];
    const h = g.leakyRelu(g.conv2d(x, w, undefined, { stride: 1, padding: 1 }), slope);
    const [dx, dw] = g.gradients(g.sum(g.square(h)), [x, w]);
    await expectAgreement("slope", [x, w], { h, dx: dx!, dw: dw! }, 9);
  });
});

describe("an output layer of few channels", () => {
  it.each([
    ["four rows at a time", { out: 3, size: 8, kernel: 3, padding: 1 }],
    ["rows that fill a block", { out: 2, size: 8, kernel: 3, padding: 1 }],
    ["two rows, an even kernel", { out: 3, size: 7, kernel: 4, padding: 1 }],
    ["one row", { out: 3, size: 7, kernel: 3, padding: 1 }],
  ])("agrees with the interpreter: %s", async (_, { out, size, kernel, padding }) => {
    const shapes = { x: [16, 16, size, size], w1: [32, 16, 3, 3], w2: [out, 32, kernel, kernel], b: [out] };
    const parts = Object.entries(shapes).map(([name, shape]) => g.input(name, shape));
    const [x, w1, w2, b] = parts as [Tensor, Tensor, Tensor, Tensor];
    const h = g.leakyRelu(g.conv2d(x, w1, undefined, { stride: 1, padding: 1 }));
    const result = g.conv2d(h, w2, b, { stride: 1, padding });
    const derivatives = g.gradients(g.sum(g.square(g.tanh(result))), parts);
    const outputs = Object.fromEntries(derivatives.map((d, i) => [`d${i}`, d]));
    await expectAgreement("output", parts, { result, ...outputs }, 8);
  });
});

describe("a residual block", () => {
  it.each([[16], [1]])(
    "agrees with the interpreter, group norm, SiLU and upsampling blocked, batch %i",
    async (batch) => {
      const shapes = { x: [batch, 3, 6, 6], w1: [32, 3, 3, 3], w2: [32, 32, 3, 3], w3: [16, 32, 3, 3] };
      const [x, w1, w2, w3] = Object.entries(shapes).map(([name, s]) => g.input(name, s)) as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const [gain, bias, last] = [g.input("gain", [32]), g.input("bias", [32]), g.input("last", [16])];
      const same = { stride: 1, padding: 1 };
      const start = g.conv2d(x, w1, undefined, same);
      const h = g.silu(g.normalizeGroups(start, gain, bias, 8, 1e-3));
      const sum = g.add(g.conv2d(h, w2, undefined, same), start);
      const flat = g.reshape(g.multiply(h, g.constant(0.3)), [batch, 32, 36]);
      const mixed = g.add(sum, g.reshape(g.attention(flat, flat, flat), [batch, 32, 6, 6]));
      const result = g.convolveUpsampled(mixed, w3, last);
      const parts = [x, w1, w2, w3, gain, bias, last];
      const derivatives = g.gradients(g.mean(g.square(result)), parts);
      const outputs = Object.fromEntries(derivatives.map((d, i) => [`d${i}`, d]));
      await expectAgreement("block", parts, { result, ...outputs }, 7);
    },
  );
});

describe("the optimiser's arithmetic on large parameters", () => {
  // Of 4·16·4 = 256 elements a row, so many or not; too small; a first axis of one.
  it.each([[[128, 256]], [[50, 800]], [[200, 201]], [[32, 64, 4, 4]], [[7, 5]], [[1, 40_000]]])(
    "agrees with the interpreter: %j",
    async (shape) => {
      const names = ["parameter", "gradient", "m", "v"];
      const [p, grad, m, v] = names.map((name) => g.input(name, shape)) as [Tensor, Tensor, Tensor, Tensor];
      const [rate, one] = [g.input("rate", []), g.input("one", [1, 1])];
      const first = g.multiplyAdd(m, g.constant(0.9), grad);
      const second = g.multiplyAdd(g.square(v), g.constant(0.999), g.square(grad));
      const direction = g.divide(first, g.add(g.sqrt(second), one));
      const next = g.multiplyAdd(direction, rate, p);
      // Back among plain values: a row sum, and a factor for every element.
      const rows = g.sum(g.reshape(next, [shape[0]!, g.elementCount(shape) / shape[0]!]), [0]);
      const each = g.multiplyAdd(next, direction, p);
      const outputs = { first, second, next, rows, each };
      await expectAgreement("optimiser", [p, grad, m, v, rate, one], outputs, 4);
    },
  );
});

describe("fully connected layers", () => {
  it("agree with the interpreter, the layer read before its ReLU as well", async () => {
    const [x, w, b] = [g.input("x", [5, 7]), g.input("w", [3, 7]), g.input("b", [3])];
    const layer = g.linear(x, w, b);
    const h = g.relu(layer);
    const derivatives = g.gradients(g.sum(g.multiply(h, layer)), [x, w, b]);
    const outputs = Object.fromEntries(derivatives.map((d, i) => [`d${i}`, d]));
    await expectAgreement("layer", [x, w, b], { layer, h, ...outputs }, 5);
    await expectAgreement("alone", [x, w, b], { h }, 5);
  });
});
