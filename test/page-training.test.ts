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

const open = browserPages();
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
  const { page, problems, requests } = await open(address);
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
  const course: Course = {
    preset: "demo",
    set: { data: { source: "digits", limit: 1000 }, training: { stepsPerCall: 1 } },
    steps: 50,
  };

  test.each([
    ["wasm", /^betalab's WebAssembly$/],
    ["onnxruntime-web", /^onnxruntime-web .* \(wasm, 1 thread\)$/],
  ] as const)("trains the digits' MLP by %s as Node's portable lowering does", async (engine, name) => {
    const { losses, description } = await inPage({ engine }, course);
    expect(description).toMatch(name);
    const expected = await lossesOf(course, portable(await createRuntime({ threads: 1 })));
    expect(losses).toHaveLength(50);
    expect(losses[49]).toBeLessThan(0.8 * losses[0]!);
    const apart = losses.map((loss, i) => Math.abs(loss - expected[i]!) / expected[i]!);
    expect(Math.max(...apart)).toBeLessThan(1e-5);
  });
});
