/**
 * The two packages of ONNX Runtime that can run here: `onnxruntime-node`, native and fast, and `onnxruntime-web`'s
 * WebAssembly, which is there always.
 *
 * Why two: on Linux x64 the install script of `onnxruntime-node` downloads CUDA's libraries, from a host that a
 * network may not let through, and fails without them, although all that a CPU or WebGPU needs came with the
 * package. As a plain dependency it would take the whole install down; npm leaves out an optional one. For Intel Macs
 * it has no binary. `onnxruntime-web` has no install script.
 */

import { createRequire } from "node:module";
import type * as native from "onnxruntime-node";
import type * as web from "onnxruntime-web";
import { BetalabError } from "../base/errors.ts";
import type { EngineInformation } from "./runtime.ts";

export type Engine =
  | { readonly name: "native"; readonly ort: typeof native; readonly version: string }
  | {
      readonly name: "wasm";
      readonly ort: typeof web;
      readonly version: string;
      /** Why it is not the native one, and what to do about it. */
      readonly reason: string;
    };

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
    engine.ort.env.logLevel = "fatal";
    loaded.set(wanted, engine);
  }
  return engine;
}

export function describeEngine(engine: Engine): EngineInformation {
  const { name, version } = engine;
  const description = `${name === "native" ? "onnxruntime-node" : "onnxruntime-web"} ${version}`;
  if (engine.name === "wasm") {
    const note = `${description} runs, slower than onnxruntime-node: ${engine.reason}`;
    return { name, version, description, providers: [{ name: "wasm", bundled: true }], note };
  }
  const providers = engine.ort.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));
  return { name, version, description, providers };
}

function choose(wanted: string | undefined): Engine {
  if (wanted === "wasm") return loadWeb("it was asked for");
  if (wanted !== undefined && wanted !== "native") {
    throw new BetalabError("device", `unknown engine "${wanted}"`, "choose one of: native, wasm");
  }
  try {
    const ort = require("onnxruntime-node") as typeof native;
    return { name: "native", ort, version: ort.env.versions.common };
  } catch (cause) {
    const { problem, hint } = explain(cause);
    if (wanted === undefined) return loadWeb(hint === undefined ? problem : `${problem}; ${hint}`);
    throw new BetalabError("device", `the native engine does not work here: ${problem}`, hint, { cause });
  }
}

function loadWeb(reason: string): Engine {
  const ort = require("onnxruntime-web") as typeof web;
  return { name: "wasm", ort, version: ort.env.versions.common, reason };
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
