/**
 * The engines that can run here: `onnxruntime-node`, native and fast; WebAssembly of our own, which is there always;
 * `onnxruntime-web`, ONNX Runtime as WebAssembly; and shaders of our own on WebGPU.
 *
 * Why not the first alone: on Linux x64 the install script of `onnxruntime-node` downloads CUDA's libraries, from a host that a
 * network may not let through, and fails without them, although all that a CPU or WebGPU needs came with the
 * package. As a plain dependency it would take the whole install down; npm leaves out an optional one. For Intel Macs
 * it has no binary.
 */

import { createRequire } from "node:module";
import type * as native from "onnxruntime-node";
import type * as web from "onnxruntime-web";
import { BetalabError } from "../base/errors.ts";
import { version } from "../base/version.ts";
import type { EngineInformation, EngineName } from "./runtime.ts";

export type Engine =
  | { readonly name: "native"; readonly ort: typeof native; readonly version: string }
  | ({ readonly name: "onnxruntime-web"; readonly ort: typeof web } & Instead)
  | ({ readonly name: "wasm" } & Instead)
  | { readonly name: "wgsl"; readonly version: string };

interface Instead {
  readonly version: string;
  /** Why it is not the native one, and what to do about it. */
  readonly reason: string;
}

const require = createRequire(import.meta.url);
const loaded = new Map<string | undefined, Engine>();

/**
 * The engine to use: the named one, or else the fastest that works here.
 *
 * @param wanted default: BETALAB_ENGINE
 * @throws BetalabError "device" when there is no such engine, or it can't be loaded
 */
export function loadEngine(wanted: string | undefined = process.env.BETALAB_ENGINE || undefined): Engine {
  let engine = loaded.get(wanted);
  if (engine === undefined) {
    engine = choose(wanted);
    // Its library logs to the terminal past our own output; errors come back as exceptions.
    if ("ort" in engine) engine.ort.env.logLevel = "fatal";
    loaded.set(wanted, engine);
  }
  return engine;
}

export function describeEngine(engine: Engine): EngineInformation {
  const { name, version } = engine;
  const description = `${packages[name]} ${version}`;
  if (engine.name === "wgsl")
    return { name, version, description, providers: [{ name: "webgpu", bundled: true }] };
  if (engine.name !== "native") {
    const note = `${description} runs, slower than onnxruntime-node: ${engine.reason}`;
    return { name, version, description, providers: [{ name: "wasm", bundled: true }], note };
  }
  const providers = engine.ort.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));
  return { name, version, description, providers };
}

const packages: Readonly<Record<EngineName, string>> = {
  native: "onnxruntime-node",
  wasm: "betalab's WebAssembly",
  wgsl: "betalab's WebGPU",
  "onnxruntime-web": "onnxruntime-web",
};

function choose(wanted: string | undefined): Engine {
  if (wanted === "wasm") return own("it was asked for");
  if (wanted === "wgsl") return { name: wanted, version: version() };
  if (wanted === "onnxruntime-web") {
    const ort = require("onnxruntime-web") as typeof web;
    return { name: wanted, ort, version: ort.env.versions.common, reason: "it was asked for" };
  }
  if (wanted !== undefined && wanted !== "native") {
    const names = Object.keys(packages).join(", ");
    throw new BetalabError("device", `unknown engine "${wanted}"`, `choose one of: ${names}`);
  }
  try {
    // From 1.29 on its binaries report each process to their maker, unless this is set before they are loaded.
    process.env.ORT_DISABLE_TELEMETRY ??= "1";
    const ort = require("onnxruntime-node") as typeof native;
    return { name: "native", ort, version: ort.env.versions.common };
  } catch (cause) {
    const { problem, hint } = explain(cause);
    if (wanted === undefined) return own(hint === undefined ? problem : `${problem}; ${hint}`);
    throw new BetalabError("device", `the native engine does not work here: ${problem}`, hint, { cause });
  }
}

function own(reason: string): Engine {
  return { name: "wasm", version: version(), reason };
}

function explain(cause: unknown): { problem: string; hint?: string } {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "MODULE_NOT_FOUND" && message.includes("onnxruntime_binding.node")) {
    return { problem: `onnxruntime-node has no binary for ${process.platform} ${process.arch}` };
  }
  if (code === "MODULE_NOT_FOUND") {
    return {
      problem: "onnxruntime-node is not installed",
      hint: "npm install --ignore-scripts onnxruntime-node installs it without CUDA",
    };
  }
  return { problem: `onnxruntime-node can't be loaded: ${message.split("\n")[0]}` };
}
