/** What WebAssembly's kernels read and write: nothing beyond what there is, nothing that is still wanted. */

import { beforeAll, describe, expect, test } from "vitest";
import * as g from "../graph/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { missingInWasm } from "./index.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ engine: "wasm", threads: 1 });
});

const value = (shape: readonly number[], number: (i: number) => number): g.Value => {
  const data = Float32Array.from({ length: g.elementCount(shape) }, (_, i) => number(i));
  return { dtype: "float32", shape, data };
};

async function run(
  inputs: readonly g.Tensor[],
  outputs: Readonly<Record<string, g.Tensor>>,
  feeds: Readonly<Record<string, g.Value>>,
): Promise<Record<string, g.Value>> {
  const session = await runtime.compile({ name: "memory", inputs, outputs });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

describe("larger numbers do not take the place of what they are made from", () => {
  const [x, y, w] = [g.input("x", [64]), g.input("y", [16]), g.input("w", [16, 1])];
  test.each([
    ["bytes", g.cast(g.slice(g.cast(x, "uint8"), 0, 0, 16), "float32")],
    ["truth values", g.where(g.slice(g.less(x, g.constant(7.5)), 0, 0, 16), y, g.constant(3))],
  ])("of %s", async (_, made) => {
    const outputs = { total: g.matmul(g.reshape(g.multiply(made, g.constant(2)), [1, 16]), w) };
    const feeds = { x: value([64], (i) => i), y: value([16], (i) => i), w: value([16, 1], (i) => i) };
    expect(await run([x, y, w], outputs, feeds)).toEqual(g.interpret(outputs, feeds));
  });
});

describe("the end of a row whose numbers lie far apart is read no further", () => {
  const shape = [5, 200_000];
  test("float32", async () => {
    const x = g.input("x", shape);
    const outputs = { sums: g.sum(g.transpose(x, [1, 0]), [0]) };
    const { sums } = await run([x], outputs, { x: value(shape, (i) => Math.floor(i / 200_000)) });
    expect([...(sums!.data as Float32Array)]).toEqual([0, 200_000, 400_000, 600_000, 800_000]);
  });
  test("bytes", async () => {
    const x = g.input("x", shape, "uint8");
    const outputs = { total: g.sum(g.cast(g.transpose(x, [1, 0]), "float32")) };
    const data = new Uint8Array(1_000_000).fill(1);
    const { total } = await run([x], outputs, { x: { dtype: "uint8", shape, data } });
    expect([...(total!.data as Float32Array)]).toEqual([1_000_000]);
  });
});

test("an empty batch is computed: sums of it are 0, the largest of it −∞", async () => {
  const shapes = { x: ["batch", 3, 8, 8], kernel: [4, 3, 3, 3], bias: [4], w: [256, 4] } as const;
  const inputs = Object.entries(shapes).map(([name, shape]) => g.input(name, shape));
  const [x, kernel, bias, w] = inputs as [g.Tensor, g.Tensor, g.Tensor, g.Tensor];
  const y = g.conv2d(x, kernel, bias, { stride: 1, padding: 1 });
  const rows = g.add(g.matmul(g.flatten(y), w), bias);
  const none = g.constantValue({ dtype: "int32", shape: [0, 4], data: new Int32Array(0) });
  const outputs = {
    ...{ y, rows, joined: g.concatenate([rows, rows], 1), picked: g.gatherElements(w, none, 0) },
    ...{ sums: g.sum(g.exp(y), [0, 2, 3]), total: g.sum(rows) },
    ...{ largest: g.max(rows, [0]), each: g.max(rows, [1]) },
  };
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const sizes = shape.map((size) => (size === "batch" ? 0 : size));
      return [name, value(sizes, (i) => i + 1)];
    }),
  );
  const found = await run(inputs, outputs, feeds);
  expect(found).toEqual(g.interpret(outputs, feeds));
  expect(found.largest!.data).toEqual(new Float32Array(4).fill(Number.NEGATIVE_INFINITY));
});

test("integers are divided by another engine: there are no such instructions", () => {
  const x = g.input("x", [4], "int32");
  const program = { name: "integers", inputs: [x], outputs: { y: g.divide(x, x) } };
  expect(missingInWasm(program)).toBe("divide of int32");
});
