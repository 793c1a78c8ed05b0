/** The engines in Node: which one is taken, and that WebAssembly computes what the native one does. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { lossesOf } from "../../test/helpers/losses.ts";
import { makeVae } from "../../test/helpers/models.ts";
import { portable } from "../../test/helpers/portable.ts";
import { notBuilt, start } from "../../test/helpers/processes.ts";
import { eventsOf, eventsOfType, makeData, makeJob } from "../../test/helpers/training.ts";
import { input, square } from "../graph/index.ts";
import { loadEngine } from "./engines.ts";
import type { EngineName, Runtime } from "./index.ts";
import { createRuntime } from "./node.ts";

const wasmEngines: readonly EngineName[] = ["wasm", "onnxruntime-web"];
const image16 = { height: 16, width: 16, channels: 1 } as const;

test.each([
  ["fully connected", { architecture: "mlp", options: { hidden: [20] }, image: image16, latentDim: 3 }],
  [
    "convolutional",
    { architecture: "conv", options: { width: 4, hidden: 10 }, image: image16, latentDim: 3 },
  ],
])("a %s step on WebAssembly is the native step", async (_, model) => {
  const step = async (runtime: Runtime) => {
    const data = makeData(16, 16, image16);
    const job = await makeJob({ vae: makeVae(model), data, batchSize: 16, epochs: 1, runtime });
    const events = await eventsOf(job);
    const [end] = eventsOfType(events, "end");
    const [epoch] = eventsOfType(events, "epoch");
    expect(end!.step).toBe(1);
    return { state: end!.state, elbo: epoch!.heldOut.negativeElbo };
  };
  const native = await step(portable(await createRuntime({ engine: "native", threads: 1 })));
  for (const engine of wasmEngines) {
    const wasm = await step(await createRuntime({ engine, threads: 1 }));
    expect(Math.abs(wasm.elbo - native.elbo) / native.elbo).toBeLessThan(1e-5);
    for (const { name } of native.state.specs) {
      const [expected, found] = [native.state.get(name), wasm.state.get(name)];
      const largest = Math.max(...expected.map(Math.abs));
      const difference = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
      expect(difference / largest, `${engine}: ${name}`).toBeLessThan(1e-5);
    }
  }
});

test("blocked convolutions are the portable ones: conv28 parts under Adam by rounding alone", async () => {
  const runtime = await createRuntime({ threads: 1 });
  const apart = async (optimizer: Readonly<Record<string, unknown>>) => {
    const data = { source: "digits", limit: 300, batchSize: 16 };
    const training = { stepsPerCall: 1 };
    const course = { preset: "mnist-conv-beta1", set: { data, optimizer, training }, steps: 6 };
    const [blocked, expected] = [await lossesOf(course, runtime), await lossesOf(course, portable(runtime))];
    expect(blocked[5]).toBeLessThan(blocked[0]!);
    return Math.max(...blocked.map((loss, i) => Math.abs(loss - expected[i]!) / expected[i]!));
  };
  expect(await apart({ kind: "sgd", learningRate: 1e-4 })).toBeLessThan(1e-5);
  // An ε above the rounding of gradients: what is only that moves no weight by the whole rate any more.
  expect(await apart({ kind: "adam", learningRate: 1e-3, epsilon: 1 })).toBeLessThan(1e-5);
});

test.each(wasmEngines)("between calls of %s timers, signals and messages get their turn", async (engine) => {
  const runtime = await createRuntime({ engine, threads: 1 });
  const x = input("x", [2]);
  const session = await runtime.compile({ name: "square", inputs: [x], outputs: { y: square(x) } });
  const feeds = { x: { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) } } as const;
  let wasAsked = false;
  const timer = setTimeout(() => {
    wasAsked = true;
  }, 50);
  for (const end = performance.now() + 2000; !wasAsked && performance.now() < end; ) await session.run(feeds);
  clearTimeout(timer);
  await session.release();
  expect(wasAsked).toBe(true);
});

test("each says what it is", async () => {
  const { version } = loadEngine("onnxruntime-web");
  const web = await createRuntime({ engine: "onnxruntime-web", threads: 1 });
  const description = `onnxruntime-web ${version} (wasm, 1 thread)`;
  expect(web).toMatchObject({ device: "cpu", threads: 1, description });
  expect(web.note).toMatch(/^onnxruntime-web .* slower than onnxruntime-node: it was asked for$/);
  const wasm = await createRuntime({ engine: "wasm", threads: 1 });
  const own = `betalab's WebAssembly ${loadEngine("wasm").version}`;
  expect(wasm).toMatchObject({ device: "cpu", threads: 1, description: own });
  expect(wasm.note).toBe(`${own} runs, slower than onnxruntime-node: it was asked for`);
  const native = await createRuntime({ engine: "native", threads: 2 });
  expect(native.description).toBe(`onnxruntime-node ${loadEngine("native").version}`);
  expect(native).toMatchObject({ device: "cpu", threads: 2 });
  expect(native.note).toBeUndefined();
});

test("WebAssembly has no GPU, and an engine that is not there is named", async () => {
  await expect(createRuntime({ engine: "wasm", device: "webgpu" })).rejects.toMatchObject({
    code: "device",
    message: 'device "webgpu" does not work here: WebAssembly has the CPU alone',
  });
  expect(() => loadEngine("cuda")).toThrow('unknown engine "cuda"');
});

test.skipIf(notBuilt)(
  "ONNX Runtime reports nothing: it leaves no identifier and no queue of reports behind",
  () => {
    const home = mkdtempSync(join(tmpdir(), "betalab-reports-"));
    try {
      const run = (asked: Readonly<Record<string, string>>) => {
        const { ORT_DISABLE_TELEMETRY: _, CI: __, ...env } = process.env;
        const script = `await (await import(${JSON.stringify(new URL("../../dist/runtime/node.js", import.meta.url).href)})).createRuntime({ engine: "native", threads: 1 })`;
        const places = { HOME: home, XDG_CACHE_HOME: join(home, "cache"), TMPDIR: home };
        const argv = ["--input-type=module", "-e", script];
        const { status, stderr } = spawnSync(process.execPath, argv, {
          encoding: "utf8",
          env: { ...env, ...places, ...asked },
        });
        expect(status, stderr).toBe(0);
        return readdirSync(home, { recursive: true }).map(String);
      };
      expect(run({})).toEqual([]);
      // Who wants them says so; it also shows that this test would see them.
      if (process.platform === "linux") expect(run({ ORT_DISABLE_TELEMETRY: "0" })).not.toEqual([]);
    } finally {
      rmSync(home, { recursive: true });
    }
  },
);

test.skipIf(notBuilt)("without a native package WebAssembly runs, and says how to get the other", () => {
  // A process that knows no onnxruntime-node, as where npm left it out.
  const script = `
    import Module from "node:module";
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (request, ...rest) {
      if (request !== "onnxruntime-node") return resolve.call(this, request, ...rest);
      throw Object.assign(new Error("Cannot find module 'onnxruntime-node'"), { code: "MODULE_NOT_FOUND" });
    };
    const { createRuntime } = await import(${JSON.stringify(new URL("../../dist/runtime/node.js", import.meta.url).href)});
    const { note } = await createRuntime({ threads: 1 });
    const forced = await createRuntime({ engine: "native" }).catch(({ code, message, hint }) => ({ code, message, hint }));
    console.log(JSON.stringify({ note, forced }));`;
  const { BETALAB_ENGINE: _, ...env } = process.env;
  const argv = ["--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8", env });
  expect(stderr).toBe("");
  const hint = "npm install --ignore-scripts onnxruntime-node installs it without CUDA";
  expect(JSON.parse(stdout)).toEqual({
    note: expect.stringMatching(`slower than onnxruntime-node: onnxruntime-node is not installed; ${hint}$`),
    forced: {
      code: "device",
      message: "the native engine does not work here: onnxruntime-node is not installed",
      hint,
    },
  });
});

test.skipIf(notBuilt)("the demo trains on it, and its first note says so", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "betalab-engines-"));
  try {
    const line = ["train", "demo", "--set", "data.count=300", "--epochs", "2", "--out", join(folder, "run")];
    const { status, err } = await start(line, { BETALAB_ENGINE: "wasm", BETALAB_THREADS: "2" }).ended;
    expect(status, err).toBe(0);
    expect(err).toMatch(/betalab's WebAssembly .* slower than onnxruntime-node: it was asked for/);
    const { versions, threads } = JSON.parse(readFileSync(join(folder, "run", "run.json"), "utf8"));
    expect({ engine: versions.engine, threads }).toEqual({
      engine: `betalab's WebAssembly ${loadEngine("wasm").version}`,
      threads: 2,
    });
    const elbos = [...err.matchAll(/−ELBO ([\d.]+)/g)].map(([, nats]) => Number(nats));
    expect(elbos).toHaveLength(2);
    expect(elbos[1]).toBeLessThan(elbos[0]!);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(["four", "1.5", "0", "-2"])(
  "BETALAB_THREADS=%s is refused by name, not passed over",
  async (given) => {
    vi.stubEnv("BETALAB_THREADS", given);
    await expect(createRuntime()).rejects.toMatchObject({
      code: "device",
      message: `BETALAB_THREADS is "${given}", which is no number of threads`,
      hint: "give a whole number from 1 on, or leave it out",
    });
    vi.unstubAllEnvs();
  },
);
