/**
 * Engines in Node: ONNX Runtime's native CPU provider, its bundled WebGPU provider, CUDA where it is installed; our own WebGPU
 * where the package `webgpu` is; or WebAssembly where there is no native binary (see `engines.ts`).
 */

import { Worker } from "node:worker_threads";
import { BetalabError } from "../base/errors.ts";
import { allocatedCores, allocatedMemory } from "../base/processes.ts";
import { breathe } from "../base/progress.ts";
import { gpuTarget } from "../graph/index.ts";
import { findBlocks } from "./blocks.ts";
import { Crew, type Helper, helperSource } from "./crew.ts";
import { hasDawn, requestAdapter } from "./dawn.ts";
import { describeEngine, type Engine, loadEngine } from "./engines.ts";
import { openGpuRuntime } from "./gpu-runtime.ts";
import { missingPiece } from "./missing.ts";
import { type Machine, messageOf, openRuntime } from "./ort-runtime.ts";
import { type Device, devices, type EngineInformation, type EngineName, type Runtime } from "./runtime.ts";
import { tryDevice } from "./try-device.ts";
import { ADDRESSED, openWasmRuntime } from "./wasm-runtime.ts";

export * from "./index.ts";

export interface NodeRuntimeOptions {
  /** Default: BETALAB_DEVICE, or "cpu". Jobs name theirs. */
  readonly device?: Device;
  /**
   * Threads for one operator. Default: BETALAB_THREADS, or as many as the machine has cores for us.
   * "onnxruntime-web" starts them once: the first runtime of a process settles it.
   */
  readonly threads?: number;
  /**
   * Default: BETALAB_ENGINE; else on WebGPU "wgsl" where the package `webgpu` is installed, and "native" where that works,
   * "wasm" elsewhere.
   */
  readonly engine?: EngineName;
}

/**
 * What `createRuntime` uses without being told another engine.
 *
 * @throws BetalabError "device" when BETALAB_ENGINE names one that is not there
 */
export function engineInformation(): EngineInformation {
  return describeEngine(loadEngine());
}

/**
 * Opens a device.
 *
 * @throws BetalabError "device" that says what was found when the device can't run a one-node graph here: a provider
 *   that is compiled in may still lack a driver; or that the environment asks for what there is not
 */
export async function createRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { device = (process.env.BETALAB_DEVICE || "cpu") as Device, threads = defaultThreads() } = options;
  if (!devices.includes(device)) {
    throw new BetalabError("device", `unknown device "${device}"`, `choose one of: ${devices.join(", ")}`);
  }
  const wanted = options.engine ?? ((process.env.BETALAB_ENGINE || undefined) as EngineName | undefined);
  const engine = loadEngine(wanted ?? (device === "webgpu" && hasDawn() ? "wgsl" : undefined));
  if (engine.name === "wgsl") {
    if (device !== "webgpu") throw deviceError(device, "the engine wgsl has WebGPU alone", engine);
    try {
      const runtime = await openGpuRuntime({
        description: describeEngine(engine).description,
        adapter: await requestAdapter(),
        other: () => createRuntime({ device, engine: "native", threads }),
      });
      await tryDevice(runtime);
      return runtime;
    } catch (cause) {
      throw deviceError(device, (cause as Error).message, engine, cause);
    }
  }
  if (engine.name !== "native" && device !== "cpu") {
    throw deviceError(device, "WebAssembly has the CPU alone", engine);
  }
  if (engine.name === "wasm") {
    const { description, note } = describeEngine(engine);
    const other = () => createRuntime({ engine: "onnxruntime-web", threads });
    return openWasmRuntime({
      description,
      note,
      other,
      ...Crew.of(threads, hire),
      turn: breathe,
      memory: Math.min(allocatedMemory(), ADDRESSED),
    });
  }
  const runtime = await openRuntime(
    engine.name === "native" ? nativeMachine(engine, device, threads) : webMachine(engine, threads),
  );
  if (device !== "cpu") {
    await tryDevice(runtime).catch((cause) => {
      const why = messageOf(cause).replace('ONNX Runtime does not take the graph "probe": ', "");
      throw deviceError(device, why, engine, cause);
    });
  }
  return runtime;
}

function hire(): Helper {
  const listen = 'const listen = (take) => require("node:worker_threads").parentPort.on("message", take);';
  const worker = new Worker(`${listen}${helperSource}`, { eval: true });
  worker.unref();
  worker.on("error", () => {}); // One that the machine has no room for takes no parts: the others do them.
  return { post: (message) => worker.postMessage(message) };
}

/** Processes that share a machine are each told their share. */
function defaultThreads(): number {
  const given = process.env.BETALAB_THREADS;
  if (!given) return allocatedCores();
  const threads = Number(given);
  if (Number.isInteger(threads) && threads > 0) return threads;
  const hint = "give a whole number from 1 on, or leave it out";
  throw new BetalabError("device", `BETALAB_THREADS is "${given}", which is no number of threads`, hint);
}

function nativeMachine(engine: Engine & { name: "native" }, device: Device, threads: number): Machine {
  return {
    ort: engine.ort,
    device,
    description: describeEngine(engine).description,
    threads,
    memory: allocatedMemory(),
    sessionOptions: {
      executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // A plan of memory comes after the first call, beside what that took: nearly twice as much, and no faster.
      enableMemPattern: false,
      // Warnings would reach the terminal past our own output; errors come back as exceptions.
      logSeverityLevel: 4,
    },
    ...(device === "cpu" && { findTarget: findBlocks }),
    ...(device === "webgpu" && {
      findTarget: async () => gpuTarget(),
      ...(!hasDawn() && { note: FASTER }),
    }),
  };
}

const FASTER =
  "npm install webgpu brings our own engine for WebGPU, two to nine times as fast as ONNX Runtime's";

function webMachine(engine: Engine & { name: "onnxruntime-web" }, wanted: number): Machine {
  wasmThreads ??= wanted;
  engine.ort.env.wasm.numThreads = wasmThreads;
  const { description, note } = describeEngine(engine);
  return {
    ort: engine.ort,
    device: "cpu",
    description: `${description} (wasm, ${wasmThreads} ${wasmThreads === 1 ? "thread" : "threads"})`,
    ...(note && { note }),
    threads: wasmThreads,
    memory: Math.min(allocatedMemory(), ADDRESSED),
    turn: breathe,
    // Rewriting takes longer than it saves: 2.7 s against 0.5 s until the first step of an MLP.
    sessionOptions: { executionProviders: ["wasm"], graphOptimizationLevel: "disabled", logSeverityLevel: 4 },
  };
}

let wasmThreads: number | undefined;

function deviceError(device: Device, why: string, engine: Engine, cause?: unknown): BetalabError {
  const { providers, note } = describeEngine(engine);
  const found = providers.map(({ name, bundled }) => `${name} (${bundled ? "bundled" : "not bundled"})`);
  return new BetalabError(
    "device",
    `device "${device}" does not work here: ${why}`,
    note ??
      (engine.name === "wgsl" && device !== "webgpu"
        ? "ask for the device webgpu, or leave BETALAB_ENGINE out"
        : device === "cpu"
          ? `providers in this installation: ${found.join(", ")}`
          : `${missingPiece(device)}; or use the device cpu`),
    { cause },
  );
}
