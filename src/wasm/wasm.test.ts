/** What WebAssembly's kernels are beside the meaning of each operator: exact functions, sizes bound late, the same bits. */

import fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import { graphs, randomFeeds } from "../../test/helpers/random-graphs.ts";
import { bitsOf, eventsOf, eventsOfType, makeJob } from "../../test/helpers/training.ts";
import * as g from "../graph/index.ts";
import type { Resident, Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ engine: "wasm" });
});

/** Results of a graph of one operand. */
async function apply(build: (x: g.Tensor) => g.Tensor, data: Float32Array): Promise<Float32Array> {
  const x = g.input("x", [data.length]);
  const session = await runtime.compile({ name: "function", inputs: [x], outputs: { y: build(x) } });
  const { y } = await session.run({ x: { dtype: "float32", shape: [data.length], data } });
  await session.release();
  return y!.data as Float32Array;
}

/** The distance between neighbouring float32 at a number. */
const unit = (x: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x)))) - 23);

describe("functions", () => {
  const spread = (low: number, high: number) =>
    Float32Array.from({ length: 20_003 }, (_, i) => low + ((high - low) * i) / 20_002);
  const logSpread = Float32Array.from({ length: 20_003 }, (_, i) => 2 ** (-140 + (267 * i) / 20_002));

  it.each<[string, (x: g.Tensor) => g.Tensor, (x: number) => number, Float32Array, number]>([
    ["exp", g.exp, Math.exp, spread(-86, 88), 2],
    ["log", g.log, Math.log, logSpread, 2],
    ["log near 1", g.log, Math.log, spread(0.5, 2), 2],
    ["tanh", g.tanh, Math.tanh, spread(-10, 10), 3],
    ["sigmoid", g.sigmoid, (x) => 1 / (1 + Math.exp(-x)), spread(-80, 80), 3],
    ["softplus", g.softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), spread(-80, 80), 4],
  ])("%s is right to a few units in the last place", async (_, build, meaning, data, units) => {
    const found = await apply(build, data);
    const apart = found.map((y, i) => Math.abs(y - meaning(data[i]!)) / unit(meaning(data[i]!)));
    expect(apart.reduce((most, one) => Math.max(most, one), 0)).toBeLessThan(units);
  });

  it("have their limits, and what is no number stays none", async () => {
    const { POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least, NaN: none } = Number;
    const odd = Float32Array.of(most, least, none, 0, -0, -1, 1e-42);
    expect([...(await apply(g.exp, odd))]).toEqual([most, 0, none, 1, 1, Math.fround(Math.exp(-1)), 1]);
    const logs = await apply(g.log, odd);
    expect([...logs].slice(0, 6)).toEqual([most, none, none, least, least, none]);
    expect(logs[6]).toBeCloseTo(Math.log(odd[6]!), 4);
    expect([...(await apply(g.tanh, odd))].slice(0, 4)).toEqual([1, -1, none, 0]);
    expect([...(await apply(g.sigmoid, odd))].slice(0, 5)).toEqual([1, 0, none, 0.5, 0.5]);
    expect([...(await apply(g.relu, odd))].slice(0, 3)).toEqual([most, 0, none]);
  });
});

test("a program takes batches of several sizes, and keeps each by itself", async () => {
  const x = g.input("x", ["batch", 6, 3], "uint8");
  const scaled = g.transpose(g.multiply(g.cast(x, "float32"), g.constant(0.5)), [0, 2, 1]);
  const outputs = { total: g.sum(scaled, [1]), large: g.less(g.constant(9), scaled), scaled };
  const session = await runtime.compile({ name: "sizes", inputs: [x], outputs });
  for (const batch of [2, 5, 2]) {
    const data = Uint8Array.from({ length: 18 * batch }, (_, i) => (7 * i) % 31);
    const feeds = { x: { dtype: "uint8", shape: [batch, 6, 3], data } } as const;
    expect(await session.run(feeds)).toEqual(g.interpret(outputs, feeds));
  }
  await session.release();
});

describe("what is computed first is read first", () => {
  test("of a view that was copied, the copy: not what it is a copy of", async () => {
    const x = g.input("x", [2, 3]);
    const a = g.exp(g.slice(g.reshape(x, [6]), 0, 0, 2));
    const r = g.reshape(g.transpose(x, [1, 0]), [6]);
    const outputs = { a, b: g.exp(r), c: g.exp(g.slice(r, 0, 1, 3)) };
    const feeds = {
      x: { dtype: "float32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
    } as const;
    const session = await runtime.compile({ name: "views", inputs: [x], outputs });
    const { c } = await session.run(feeds);
    await session.release();
    // The columns of [[0, 1, 2], [3, 4, 5]] after each other: 0, 3, 1, 4, 2, 5.
    const expected = [3, 1].map(Math.exp);
    for (const [i, value] of (c!.data as Float32Array).entries()) expect(value).toBeCloseTo(expected[i]!, 4);
  });

  test("in random graphs", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (program) => {
        const expected = g.interpret(program.outputs, randomFeeds);
        const session = await runtime.compile(program);
        const found = await session.run(randomFeeds);
        await session.release();
        for (const [name, { shape, data }] of Object.entries(expected)) {
          expect(found[name]!.shape).toEqual(shape);
          const apart = [...(data as Float32Array)].map((value, i) => {
            return Math.abs(value - (found[name]!.data[i] as number)) / Math.max(1, Math.abs(value));
          });
          expect(Math.max(...apart)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test("padding is as wide as what is padded", async () => {
    const x = g.input("x", [1000]);
    const outputs = { y: g.pad(g.less(x, g.constant(0)), 0, 500, 500), z: g.negate(x) };
    const data = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    const feeds = { x: { dtype: "float32", shape: [1000], data } } as const;
    const session = await runtime.compile({ name: "pad", inputs: [x], outputs });
    for (let i = 0; i < 2; i++) expect(await session.run(feeds)).toEqual(g.interpret(outputs, feeds));
    await session.release();
  });
});

test("an input of the wrong shape is named", async () => {
  const x = g.input("x", [2, 3]);
  const session = await runtime.compile({ name: "shape", inputs: [x], outputs: { y: g.exp(x) } });
  const wrong = { x: { dtype: "float32", shape: [3, 2], data: new Float32Array(6) } } as const;
  await expect(session.run(wrong)).rejects.toMatchObject({
    code: "shape",
    message: 'input "x" is float32[3, 2], but the graph declares float32[2, 3]',
  });
});

test("what it has no kernels for runs on another engine, from values in the heap and back, and says so", async () => {
  const own = await createRuntime({ engine: "wasm" });
  const x = g.input("x", [4]);
  const first = await own.compileKeeping(
    { name: "half", inputs: [x], outputs: { y: g.multiply(x, g.constant(0.5)) } },
    ["y"],
  );
  const note = own.note;
  const data = Float32Array.of(2, 5, -3, 9);
  const { y } = (await first.run({ x: { dtype: "float32", shape: [4], data } })).kept as Record<
    string,
    Resident
  >;
  const through = g.cast(g.cast(x, "int64"), "float32");
  const program = { name: "whole", inputs: [x], outputs: { z: through, total: g.sum(through) } };
  const second = await own.compileKeeping(program, ["z"]);
  const { kept, results } = await second.run({ x: y! });
  expect(results.total!.data).toEqual(Float32Array.of(6));
  expect(own.note).not.toBe(note);
  expect(own.note).toMatch(
    /has no operator cast of int64: "whole" runs on onnxruntime-web 1\.\d+\.\d+ .*, which is slower$/,
  );
  const back = await first.run({ x: kept.z! });
  expect(await (back.kept.y as Resident).read()).toMatchObject({ data: Float32Array.of(0.5, 1, -0.5, 2) });
  for (const session of [first, second]) await session.release();
});

test("long sums keep their digits", async () => {
  const data = Float32Array.from({ length: 3_000_000 }, (_, i) => 1 + (i % 7) / 10);
  const exact = data.reduce((sum, one) => sum + one, 0);
  const [total] = await apply((x) => g.reshape(g.sum(x), [1]), data);
  expect(Math.abs(total! - exact) / exact).toBeLessThan(1e-6);
});

test("what stays in the heap can be changed there, is fed as it is, and gives its memory back; what was fed has been copied", async () => {
  const x = g.input("x", [1000]);
  const outputs = { next: g.multiply(x, g.constant(0.5)), total: g.sum(x) };
  const session = await runtime.compileKeeping({ name: "kept", inputs: [x], outputs }, ["next"]);
  const data = new Float32Array(1000).fill(4);
  let calls = 0;
  const first = await session.run({ x: { dtype: "float32", shape: [1000], data } }, () => {
    data.fill(5);
    calls++;
  });
  expect(calls).toBe(1);
  const { next } = first.kept as Record<string, Resident>;
  next!.update!((values) => values.fill(0, 10));
  const second = await session.run({ x: next! });
  expect(first.results.total!.data).toEqual(Float32Array.of(4000));
  expect(second.results.total!.data).toEqual(Float32Array.of(20));
  next!.release();
  expect(() => next!.release()).toThrow("memory was freed twice");
  await session.release();
});

test("training goes on from a checkpoint in the middle, bit for bit", async () => {
  const job = await makeJob({ runtime });
  const whole = eventsOfType(await eventsOf(job), "end")[0]!;
  const half = await eventsOf({ ...job, epochs: 4, stopAfter: undefined });
  const middle = eventsOfType(half, "checkpoint")[1]!;
  const from = { progress: middle.progress, tensors: middle.state.records() };
  const rest = eventsOfType(await eventsOf(job, { from }), "end")[0]!;
  expect(rest.step).toBe(whole.step);
  expect(bitsOf(rest.state)).toEqual(bitsOf(whole.state));
});
