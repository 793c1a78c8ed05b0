/** ONNX Runtime in Node: the native CPU provider, the bundled WebGPU provider, CUDA where it is installed. */

import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { BetalabError } from "../base/errors.ts";
import { blockedTarget, blockProbe, type Target, type Value, writeOnnx } from "../graph/index.ts";
import { NodeKeepingSession, NodeSession, Reader } from "./node-session.ts";
import { type Device, devices, type Runtime, type Session } from "./runtime.ts";

// Before a provider is there, its library logs to the terminal past our own output; errors come back as exceptions.
ort.env.logLevel = "fatal";

/**
 * Bytes of a graph that was lowered for this machine from which on ONNX Runtime's own rewriting is left out: it finds
 * little in one, and takes time with the square of its size (0.7 s for 64 steps of an MLP).
 */
const REWRITTEN = 400_000;

export interface NodeRuntimeOptions {
  /** Default: "cpu". */
  readonly device?: Device;
  /** Threads for one operator. Default: BETALAB_THREADS, or as many as the machine has cores for us. */
  readonly threads?: number;
}

/** The version of `onnxruntime-node` that is installed. */
export function runtimeVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("onnxruntime-node/package.json") as { version: string }).version;
}

/** The execution providers that this installation names, and whether each ships with it. */
export function providers(): { name: string; bundled: boolean }[] {
  return ort.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));
}

/**
 * Opens a device.
 *
 * Throws a "device" error that says what was found when the device can't run a one-node graph here: a provider
 * that is compiled in may still lack a driver.
 */
export async function createRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  const { device = "cpu", threads = defaultThreads() } = options;
  if (!devices.includes(device)) {
    throw new BetalabError("device", `unknown device "${device}"`, `choose one of: ${devices.join(", ")}`);
  }
  const create = async (
    bytes: Uint8Array,
    name: string,
    { kept = [], level = "all" }: { kept?: readonly string[]; level?: "all" | "disabled" } = {},
  ) => {
    // Where nothing stays, nothing is asked for: with locations a session's calls bind every input and output.
    const locations = kept.length > 0 && {
      preferredOutputLocation: Object.fromEntries(kept.map((output) => [output, "gpu-buffer" as const])),
    };
    try {
      return await ort.InferenceSession.create(bytes, {
        ...sessionOptions(device, threads),
        graphOptimizationLevel: level,
        ...locations,
      });
    } catch (cause) {
      throw new Error(`ONNX Runtime does not take the graph "${name}": ${messageOf(cause)}`, { cause });
    }
  };
  const open = async (bytes: Uint8Array, name: string): Promise<Session> =>
    new NodeSession(await create(bytes, name), name);
  if (device !== "cpu") await probe(device, open);
  const target = device === "cpu" ? await findTarget(open) : undefined;
  const compile: Runtime["compile"] = (program) => open(writeOnnx(program, { target }), program.name);
  const reader = new Reader(compile);
  return {
    device,
    description: `onnxruntime-node ${runtimeVersion()}`,
    threads,
    compile,
    async compileKeeping(program, outputs) {
      // Of the providers only this one hands its buffers out.
      const resident = device === "webgpu" ? outputs : [];
      const bytes = writeOnnx(program, { target });
      const level = target !== undefined && bytes.length > REWRITTEN ? "disabled" : "all";
      const session = await create(bytes, program.name, { kept: resident, level });
      return new NodeKeepingSession(session, program.name, outputs, reader);
    },
    open,
  };
}

/** Processes that share a machine are each told their share. */
function defaultThreads(): number {
  const given = Number(process.env.BETALAB_THREADS);
  return Number.isInteger(given) && given > 0 ? given : availableParallelism();
}

function sessionOptions(device: Device, threads: number): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Warnings would reach the terminal past our own output; errors come back as exceptions.
    logSeverityLevel: 4,
  };
}

async function probe(device: Device, open: Runtime["open"]): Promise<void> {
  const { add, input } = await import("../graph/index.ts");
  const x = input("x", [1]);
  const found = providers().map(({ name, bundled }) => `${name} (${bundled ? "bundled" : "not bundled"})`);
  try {
    const session = await open(writeOnnx({ name: "probe", inputs: [x], outputs: { y: add(x, x) } }), "probe");
    const feeds: Record<string, Value> = { x: { dtype: "float32", shape: [1], data: Float32Array.of(21) } };
    const { y } = await session.run(feeds);
    await session.release();
    if ((y!.data as Float32Array)[0] !== 42) throw new Error("it computes wrong results");
  } catch (cause) {
    const why = messageOf(cause).replace('ONNX Runtime does not take the graph "probe": ', "");
    throw new BetalabError(
      "device",
      `device "${device}" does not work here: ${why}`,
      `providers in this installation: ${found.join(", ")}; use --device cpu, or see betalab doctor`,
      { cause },
    );
  }
}

let knownTarget: Promise<Target | undefined> | undefined;

/** Which blocks of channels this processor's convolutions work in: looked up once, by reordering known numbers. */
function findTarget(open: Runtime["open"]): Promise<Target | undefined> {
  knownTarget ??= (async () => {
    const { program, blockOf } = blockProbe();
    try {
      const session = await open(program, "block probe");
      const { order } = await session.run({});
      await session.release();
      const block = blockOf(order!.data as Float32Array);
      return block === undefined ? undefined : blockedTarget(block);
    } catch {
      return undefined; // No such kernels on this processor: the portable lowerings work everywhere.
    }
  })();
  return knownTarget;
}

/** What ONNX Runtime says, without the source file and the assertion that it says it from. */
function messageOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/\S*onnxruntime_src\S* .*? was false\. /s, "").trim();
}
