/**
 * ONNX Runtime in a page or a worker of one: WebAssembly, or WebGPU where the browser has it. Engine and device are
 * fetched when a runtime is first created, not with this module.
 */

import { BetalabError } from "../base/errors.ts";
import { type Machine, messageOf, openRuntime } from "./ort-runtime.ts";
import { tryDevice } from "./probes.ts";
import type { Device, Runtime } from "./runtime.ts";

export * from "./index.ts";

export interface WebRuntimeOptions {
  /** Default: "cpu". */
  readonly device?: Device;
  /**
   * Threads for one operator; default: 1. More need a page that is isolated (the headers COOP and COEP) and a machine
   * with nothing else to do: they wait for each other spinning, and on a busy one a step takes longer with two.
   * WebAssembly starts them once: the first runtime of a page settles it.
   */
  readonly threads?: number;
  /** Address of the folder that holds ONNX Runtime's `.wasm` files. Default: where the bundler put them. */
  readonly files?: string;
}

/** What WebAssembly can address. */
const MEMORY = 2 ** 32;

/**
 * Opens a device.
 *
 * @throws BetalabError "device" when the browser does not have it, or the engine can't be fetched
 */
export async function createRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
  const { device = "cpu", threads = 1, files } = options;
  if (device === "cuda") throw new BetalabError("device", "a page has no CUDA", "choose one of: cpu, webgpu");
  try {
    const runtime = await openRuntime(await machine(device, threads, files));
    await tryDevice(runtime.open);
    return runtime;
  } catch (cause) {
    if (cause instanceof BetalabError) throw cause;
    const hint =
      device === "webgpu" ? "use the device cpu" : "is its .wasm file served, with the page's scripts?";
    throw new BetalabError("device", `the device "${device}" does not work here: ${messageOf(cause)}`, hint, {
      cause,
    });
  }
}

async function machine(
  device: "cpu" | "webgpu",
  wanted: number,
  files: string | undefined,
): Promise<Machine> {
  const provider = device === "cpu" ? "wasm" : "webgpu";
  const ort = await (device === "cpu" ? import("onnxruntime-web/wasm") : import("onnxruntime-web/webgpu"));
  const { env } = ort;
  env.logLevel = "fatal";
  if (files !== undefined) env.wasm.wasmPaths = files;
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
  threadsOf[device] ??= isolated ? wanted : 1;
  const threads = threadsOf[device];
  env.wasm.numThreads = threads;
  const how = device === "cpu" ? `wasm, ${threads} ${threads === 1 ? "thread" : "threads"}` : provider;
  return {
    ort,
    device,
    description: `onnxruntime-web ${env.versions.common} (${how})`,
    ...(wanted > 1 && !isolated && { note: "one thread: more need a page with the headers COOP and COEP" }),
    threads,
    memory: MEMORY,
    // Rewriting takes longer than it saves: conv28 took 20 s to its first step, and was no quicker at it.
    sessionOptions: {
      executionProviders: [provider],
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 4,
    },
  };
}

const threadsOf: { cpu?: number; webgpu?: number } = {};
