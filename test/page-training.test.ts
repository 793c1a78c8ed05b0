/** Training in a page, in a worker, against the same training in Node. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRuntime } from "../src/runtime/node.ts";
import type { WebRuntimeOptions } from "../src/runtime/web.ts";
import { browserPages, hasBrowser } from "./helpers/browser.ts";
import { type Course, lossesOf } from "./helpers/losses.ts";
import { repository } from "./helpers/package.ts";
import { portable } from "./helpers/portable.ts";

const pages = { cpu: browserPages(), webgpu: browserPages({ webgpu: true }) };
const types: Readonly<Record<string, string>> = {
  "": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const engines = join(repository, "node_modules/onnxruntime-web/dist");
let server: Server;
let address: string;

beforeAll(async () => {
  if (!hasBrowser) return;
  const bundle = await rolldown({
    input: join(repository, "test/helpers/page-worker.ts"),
    platform: "browser",
  });
  const { output } = await bundle.generate({ format: "esm", entryFileNames: "worker.js" });
  const files = new Map<string, string | Uint8Array>(
    output.map((part) => [`/${part.fileName}`, part.type === "chunk" ? part.code : part.source]),
  );
  files.set("/", "<!doctype html><link rel=icon href=data:,><title>training</title>");
  server = createServer(({ url }, response) => {
    const path = new URL(url!, "http://page").pathname;
    const engine = /^\/engine\/([\w.-]+)$/.exec(path)?.[1];
    response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
    response.end(engine === undefined ? files.get(path) : readFileSync(join(engines, engine)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server?.close());

async function inPage(options: WebRuntimeOptions, course: Course) {
  const { page, problems, requests } = await pages[options.device === "webgpu" ? "webgpu" : "cpu"](address);
  if (options.device === "webgpu" && !(await page.evaluate("navigator.gpu?.requestAdapter().then(Boolean)")))
    return undefined;
  const answer: { losses: number[]; description: string; error?: string } = await page.evaluate(
    `new Promise((resolve) => {
      const worker = new Worker("worker.js", { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve({ error: message });
      worker.postMessage(${JSON.stringify({ options, course })});
    })`,
  );
  expect(answer.error).toBeUndefined();
  expect(problems).toEqual([]);
  expect(requests.filter((url) => !url.startsWith(address))).toEqual([]);
  return answer;
}

describe.skipIf(!hasBrowser)("a page", () => {
  const mlp: Course = {
    preset: "demo",
    set: { data: { source: "digits", limit: 1000 }, training: { stepsPerCall: 1 } },
    steps: 50,
  };
  /** For a GPU in software. */
  const smallMlp: Course = {
    preset: "demo",
    set: {
      model: { hidden: [32], latentDim: 4 },
      data: { source: "digits", limit: 500, batchSize: 16 },
      training: { stepsPerCall: 1 },
    },
    steps: 50,
  };
  /**
   * Plain gradient descent: Adam moves a weight by its whole rate however small the gradient is, also where that is nothing but
   * rounding, and so magnifies the order of a sum (docs/benchmarks.md).
   */
  const conv: Course = {
    preset: "demo",
    set: {
      model: { architecture: "conv", width: 4, hidden: 32 },
      data: { source: "digits", size: 16, limit: 500, batchSize: 8 },
      optimizer: { kind: "sgd", learningRate: 1e-4 },
      training: { stepsPerCall: 1 },
    },
    steps: 50,
  };

  test.for([
    ["the digits' MLP", "wasm", "cpu", mlp, /^betalab's WebAssembly$/],
    ["the digits' MLP", "onnxruntime-web", "cpu", mlp, /^onnxruntime-web .* \(wasm, 1 thread\)$/],
    ["the digits' MLP", "wgsl", "webgpu", smallMlp, /^betalab's WebGPU$/],
    ["the digits' MLP", "onnxruntime-web", "webgpu", smallMlp, /^onnxruntime-web .*webgpu/i],
    ["a conv net", "wasm", "cpu", conv, /^betalab's WebAssembly$/],
    ["a conv net", "wgsl", "webgpu", conv, /^betalab's WebGPU$/],
    ["a conv net", "onnxruntime-web", "webgpu", conv, /^onnxruntime-web .*webgpu/i],
  ] as const)(
    "trains %s by %s (%s) as Node's portable lowering does",
    { timeout: 240_000 },
    async ([_, engine, device, course, name], context) => {
      const answer = await inPage({ engine, device }, course);
      if (answer === undefined) return context.skip("this Chromium has no WebGPU in software");
      const { losses, description } = answer;
      expect(description).toMatch(name);
      const expected = await lossesOf(course, portable(await createRuntime({ threads: 1 })));
      expect(losses).toHaveLength(course.steps);
      expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
      const apart = Math.max(...losses.map((loss, i) => Math.abs(loss - expected[i]!) / expected[i]!));
      expect(apart).toBeLessThan(1e-5);
    },
  );
});
