import { expect, test } from "vitest";
import type { Examination } from "../../jobs/index.ts";
import { doctorText } from "./doctor.ts";

const remedy = "betalab's WebAssembly runs: npm install onnxruntime-node";
const value: Examination = {
  versions: { betalab: "1.2.3", node: "24.0.0" },
  node: { version: "v24.0.0", platform: "linux", arch: "x64" },
  cpu: { model: "a processor", threads: 2 },
  memory: { total: 8e9, free: 2.5e9 },
  engine: { name: "wasm", version: "1.2.3", description: "betalab's WebAssembly 1.2.3", providers: [] },
  devices: [
    { name: "cpu", works: true, engine: "betalab's WebAssembly 1.2.3", remedy },
    { name: "webgpu", works: false, detail: "WebAssembly has the CPU alone", remedy },
    { name: "cuda", works: false, detail: "there is no driver", remedy: "install one" },
  ],
  cache: { path: "/cache", exists: false, bytes: 0, writable: true },
};

test("a line each, and what brings a missing piece once", () => {
  expect(doctorText({ value, paths: [], subject: undefined, options: {} }).split("\n")).toEqual([
    "betalab        1.2.3",
    "node           v24.0.0 (linux x64)",
    "processor      a processor, 2 threads for us",
    "memory         8 GB, 2.5 GB free",
    "engine         betalab's WebAssembly 1.2.3",
    "device cpu     works, by betalab's WebAssembly 1.2.3",
    `               ${remedy}`,
    "device webgpu  does not work: WebAssembly has the CPU alone",
    "device cuda    does not work: there is no driver",
    "               install one",
    "cache          /cache (not there yet)",
    "data           BETALAB_DATA is not set; --data names a folder",
  ]);
});

test("a cache that can't be written has its remedy below it", () => {
  const cache = { ...value.cache, exists: true, writable: false };
  expect(doctorText({ value: { ...value, cache }, paths: [], subject: undefined, options: {} })).toContain(
    "(0 B)\n               it can't be written: BETALAB_CACHE names another folder\n",
  );
});
