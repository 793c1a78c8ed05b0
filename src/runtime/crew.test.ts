/** Several threads of WebAssembly: the bits of one, whatever the machine gives them. */

import { expect, test, vi } from "vitest";
import { bitsOf } from "../../test/helpers/training.ts";
import { configuration, shipped } from "../config/web.ts";
import { openDataset } from "../data/index.ts";
import * as g from "../graph/index.ts";
import { buildJob } from "../trained/web.ts";
import { train } from "../training/index.ts";
import { Crew } from "./crew.ts";
import { createRuntime } from "./node.ts";
import { openWasmRuntime } from "./wasm-runtime.ts";

const sets: Record<"mlp" | "conv", Readonly<Record<string, unknown>> & { preset: string }> = {
  mlp: { preset: "mnist-mlp-50", data: { source: "digits", count: 600 } },
  conv: {
    preset: "demo",
    model: { architecture: "conv", width: 8, hidden: 32 },
    data: { source: "digits", count: 80, batchSize: 10 },
  },
};

/** The losses of some steps, and the bits of the state after them. */
async function course(name: keyof typeof sets, threads: number, steps: number) {
  const { config } = configuration(shipped).resolve({ ...sets[name], training: { stepsPerCall: 2 } });
  const runtime = await createRuntime({ engine: "wasm", threads });
  expect(runtime.threads).toBe(threads);
  const job = buildJob(config, await openDataset(config.data, {}, shipped.sources), runtime, shipped);
  const losses: unknown[] = [];
  for await (const event of train(job)) {
    if (event.type !== "step") continue;
    losses.push(event.terms.negativeElbo);
    if (event.step >= steps) return { losses, state: bitsOf(await event.state.read()) };
  }
  throw new Error("the training ended before");
}

test.each(["mlp", "conv"] as const)("%s: two threads and three train as one does", async (name) => {
  const one = await course(name, 1, 4);
  expect(one.losses[1]).not.toBe(one.losses[0]);
  expect(await course(name, 2, 4)).toEqual(one);
  expect(await course(name, 3, 4)).toEqual(one);
});

test("threads that can't be started are not counted", async () => {
  const there = (await createRuntime({ engine: "wasm", threads: 3 })).threads;
  expect(there).toBe(3);
  const refuse = vi.fn(() => {
    throw new Error("no room");
  });
  expect(Crew.of(9, refuse).crew!().threads).toBe(3);
  expect(refuse).toHaveBeenCalledOnce();
  vi.resetModules();
  const { Crew: Fresh } = await import("./crew.ts");
  expect(Fresh.of(2, refuse)).toEqual({});
});

test("another thread does the parts that this one has not come to", async () => {
  let [own, all] = [0, 0];
  const { share } = Crew.prototype;
  const slowed = vi.spyOn(Crew.prototype, "share").mockImplementation(function (
    this: Crew,
    program,
    first,
    parts,
    run,
  ) {
    all += parts;
    share.call(this, program, first, parts, (part) => {
      own++;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      run(part);
    });
  });
  const runtime = await createRuntime({ engine: "wasm", threads: 2 });
  const x = g.input("x", [64, 64]);
  const session = await runtime.compile({ name: "square", inputs: [x], outputs: { y: g.matmul(x, x) } });
  const data = new Float32Array(4096).fill(0.125);
  for (let i = 0; i < 8; i++) {
    const { y } = await session.run({ x: { dtype: "float32", shape: [64, 64], data } });
    expect(y!.data).toEqual(new Float32Array(4096).fill(1));
  }
  slowed.mockRestore();
  expect(all).toBe(16);
  expect(own).toBeLessThan(16);
});

test.each([
  ["a column more than a cache line has", [4096, 17], [4096, 17], [0]],
  ["a factor of two levels between axes that are summed over", [40, 1, 1700], [1, 2, 1], [0, 2]],
] as const)("sums of %s are of the same bits", async (_, shape, other, axes) => {
  const sums = [];
  for (const threads of [1, 2]) {
    const runtime = await createRuntime({ engine: "wasm", threads });
    const [a, b] = [g.input("a", shape), g.input("b", other)];
    const outputs = { y: g.sum(g.exp(g.multiply(a, b)), axes) };
    const session = await runtime.compile({ name: "sums", inputs: [a, b], outputs });
    const value = (shape: readonly number[]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + 1));
      return { dtype: "float32", shape, data } as const;
    };
    const { y } = await session.run({ a: value(shape), b: value(other) });
    sums.push(y!.data);
  }
  expect(sums[1]).toEqual(sums[0]);
});

test("runtimes one after another have the same threads", async () => {
  let hired = 0;
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    const hire = () => {
      hired++;
      return { post() {} };
    };
    const other = () => createRuntime({ engine: "onnxruntime-web" });
    const runtime = openWasmRuntime({ description: "", memory: 2 ** 30, other, ...Crew.of(5, hire) });
    const x = g.input("x", [64, 64]);
    const session = await runtime.compile({ name: "square", inputs: [x], outputs: { y: g.matmul(x, x) } });
    const data = new Float32Array(4096).fill(0.125);
    const { y } = await session.run({ x: { dtype: "float32", shape: [64, 64], data } });
    expect(y!.data[4095]).toBe(1);
    counts.push(hired);
  }
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts).toEqual([counts[0], counts[0], counts[0]]);
});

test("a kernel that failed in another thread fails its own call, not those that follow", async () => {
  vi.resetModules();
  const { Crew: Fresh } = await import("./crew.ts");
  let state: Int32Array | undefined;
  const post = (message: unknown) => {
    state = (message as { state?: Int32Array }).state ?? state;
  };
  const crew = Fresh.of(2, () => ({ post })).crew!();
  const done: number[] = [];
  const share = () => crew.share(0, 0, 2, (part) => void done.push(part));
  // Where a helper says so.
  Atomics.store(state!, 34, 1);
  expect(share).toThrow("a kernel failed in another thread");
  share();
  expect(done).toEqual([1, 0, 1, 0]);
  // In this one: what is left of the call is done before it ends, and no helper finds any of it later.
  const failing = (part: number) => {
    done.push(part);
    if (part === 1) throw new Error("out of bounds");
  };
  expect(() => crew.share(0, 0, 2, failing)).toThrow("out of bounds");
  expect(done.slice(4)).toEqual([1, 0]);
  // The lowest byte counts the parts that nobody has taken.
  expect(Atomics.load(state!, 0) & 0xff).toBe(0);
});
