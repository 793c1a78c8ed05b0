/**
 * Engines in a page or a worker of one: our own WebAssembly, which needs no other file; our own shaders on WebGPU where the
 * browser has it; ONNX Runtime as WebAssembly or on WebGPU, which is fetched when it is first asked for, not with this module.
 */

import { BetalabError } from "../base/errors.ts";
import { Crew, type Helper, helperSource } from "./crew.ts";
import type { Machine } from "./ort-runtime.ts";
import type { Device, EngineName, Runtime } from "./runtime.ts";
import { ADDRESSED, openWasmRuntime } from "./wasm-runtime.ts";
import type { Gpu } from "./webgpu.ts";

export * from "./index.ts";

export interface WebRuntimeOptions {
  /** Default: "cpu". */
  readonly device?: Device;
  /** Default: "wasm" on the CPU, "wgsl" on WebGPU. */
  readonly engine?: Exclude<EngineName, "native">;
  /**
   * Threads for one operator; default: 1. More need a page that is isolated (the headers COOP and COEP), and a worker of it: the page itself
   * must not wait. "onnxruntime-web" starts them once, the first runtime of a page settles it; its threads wait for each other
   * spinning, so that on a busy machine a step takes longer with two.
   */
  readonly threads?: number;
  /** Address of the folder that holds ONNX Runtime's `.wasm` files. Default: where the bundler put them. */
  readonly files?: string;
}

/**
 * Opens a device.
 *
 * @throws BetalabError "device" when the browser does not have it, or the engine can't be fetched
 */
export async function createRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
  const { device = "cpu", threads = 1, files, engine = device === "cpu" ? "wasm" : "wgsl" } = options;
  if (device === "cuda") throw new BetalabError("device", "a page has no CUDA", "choose one of: cpu, webgpu");
  if (engine === "wasm") {
    if (device !== "cpu")
      throw new BetalabError("device", "the engine wasm has the CPU alone", "leave the engine out");
    const other = () => createRuntime({ ...options, engine: "onnxruntime-web" });
    return openWasmRuntime({
      description: "betalab's WebAssembly",
      memory: ADDRESSED,
      other,
      ...(isIsolated() && !("document" in globalThis) ? Crew.of(threads, hire) : oneThread(threads)),
    });
  }
  if (engine === "wgsl")
    return openGpu(device, () => createRuntime({ ...options, engine: "onnxruntime-web" }));
  const [{ messageOf, openRuntime }, { tryDevice }] = await Promise.all([
    import("./ort-runtime.ts"),
    import("./try-device.ts"),
  ]);
  try {
    const runtime = await openRuntime(await machine(device, threads, files));
    await tryDevice(runtime);
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

async function openGpu(device: Device, other: () => Promise<Runtime>): Promise<Runtime> {
  if (device !== "webgpu")
    throw new BetalabError("device", "the engine wgsl has WebGPU alone", "leave the engine out");
  const { gpu } = (globalThis as { navigator?: { readonly gpu?: Gpu } }).navigator ?? {};
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    const why = gpu === undefined ? "this browser has no WebGPU" : "the browser finds no GPU";
    throw new BetalabError("device", `the device "webgpu" does not work here: ${why}`, "use the device cpu");
  }
  const [{ openGpuRuntime }, { tryDevice }] = await Promise.all([
    import("./gpu-runtime.ts"),
    import("./try-device.ts"),
  ]);
  try {
    const runtime = await openGpuRuntime({ adapter, description: "betalab's WebGPU", other });
    await tryDevice(runtime);
    return runtime;
  } catch (cause) {
    const why = (cause as Error).message;
    const problem = `the device "webgpu" does not work here: ${why}`;
    throw new BetalabError("device", problem, "use the device cpu", { cause });
  }
}

const isIsolated = (): boolean =>
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;

const oneThread = (wanted: number): { note?: string } =>
  wanted > 1
    ? { note: "more threads need a worker of a page that is served with the headers COOP and COEP" }
    : {};

/** What a thread is started with: TypeScript has it among the types of pages alone. */
interface Page {
  readonly Blob: new (parts: readonly string[], options: { type: string }) => object;
  readonly URL: { createObjectURL(blob: object): string };
  readonly Worker: new (address: string) => { postMessage(message: unknown): void };
}

function hire(): Helper {
  const { Blob, URL, Worker } = globalThis as unknown as Page;
  // The thread lets its address go once it runs: before, a browser may still have to read the script.
  const begin =
    "URL.revokeObjectURL(location.href); const listen = (take) => { onmessage = ({ data }) => take(data); };";
  const script = new Blob([begin, helperSource], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(script));
  return { post: (message) => worker.postMessage(message) };
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
  threadsOf[device] ??= isIsolated() ? wanted : 1;
  const threads = threadsOf[device];
  env.wasm.numThreads = threads;
  const how = device === "cpu" ? `wasm, ${threads} ${threads === 1 ? "thread" : "threads"}` : provider;
  return {
    ort,
    device,
    description: `onnxruntime-web ${env.versions.common} (${how})`,
    ...(!isIsolated() && oneThread(wanted)),
    threads,
    memory: ADDRESSED,
    ...(device === "webgpu" && {
      async lost() {
        const { reason, message } = await (await (env.webgpu.device as Promise<Lossy>)).lost;
        // ONNX Runtime itself destroys a device with the last of its sessions, and makes another for the next.
        return reason === "destroyed" ? new Promise<never>(() => {}) : message;
      },
    }),
    // Rewriting takes longer than it saves: conv28 took 20 s to its first step, and was no quicker at it.
    sessionOptions: {
      executionProviders: [provider],
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 4,
    },
  };
}

/** What we need of a GPUDevice; WebGPU's types are not everywhere. */
interface Lossy {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
}

const threadsOf: { cpu?: number; webgpu?: number } = {};
