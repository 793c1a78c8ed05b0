/** A `Runtime` out of a package of ONNX Runtime, opened on one device. */

import type { InferenceSession } from "onnxruntime-web";
import { type Target, writeOnnx } from "../graph/index.ts";
import { Losses } from "./losses.ts";
import { type Opened, type Ort, Reader, ResidentSession, ReturningSession } from "./ort-session.ts";
import type { Device, Runtime } from "./runtime.ts";

/**
 * Bytes of a graph that was lowered for this machine from which on ONNX Runtime's own rewriting is left out: it finds
 * little in one, and takes time with the square of its size (0.7 s for 64 steps of an MLP).
 */
const REWRITTEN = 400_000;

/** A package of ONNX Runtime, and how it is used here. */
export interface Machine {
  readonly ort: Ort;
  readonly device: Device;
  readonly description: string;
  readonly note?: string;
  readonly threads: number;
  readonly memory: number;
  readonly sessionOptions: InferenceSession.SessionOptions;
  /** Resolves to the reason when the device of the newest session is lost. */
  readonly lost?: () => Promise<string>;
  /** Awaited after each call, where the package leaves nothing else a turn. */
  readonly turn?: () => Promise<void>;
  /** Kernels that this machine prefers to the portable ones; found once it is open. */
  readonly findTarget?: (open: Runtime["open"]) => Promise<Target | undefined>;
}

/** @throws Error with ONNX Runtime's reason, from every function that takes a graph which the machine does not */
export async function openRuntime(machine: Machine): Promise<Runtime> {
  const { ort, device, description, note, threads, memory } = machine;
  // One after the other: its WebGPU provider refuses to make two at a time.
  let made: Promise<unknown> = Promise.resolve();
  const create = async (
    bytes: Uint8Array,
    name: string,
    options: InferenceSession.SessionOptions = {},
  ): Promise<Opened> => {
    try {
      const making = made.then(() =>
        ort.InferenceSession.create(bytes, { ...machine.sessionOptions, ...options }),
      );
      made = making.catch(() => {});
      const session = await making;
      return { ort, session, name, losses: machine.lost && new Losses(machine.lost()), turn: machine.turn };
    } catch (cause) {
      throw new Error(`ONNX Runtime does not take the graph "${name}": ${messageOf(cause)}`, { cause });
    }
  };
  const open: Runtime["open"] = async (bytes, name) => new ReturningSession(await create(bytes, name));
  const target = await machine.findTarget?.(open);
  const compile: Runtime["compile"] = (program) => open(writeOnnx(program, { target }), program.name);
  const reader = new Reader(compile);
  return {
    device,
    description,
    ...(note && { note }),
    threads,
    memory,
    compile,
    async compileKeeping(program, outputs) {
      const bytes = writeOnnx(program, { target });
      const opened = await create(bytes, program.name, {
        ...(target?.block !== undefined &&
          bytes.length > REWRITTEN && { graphOptimizationLevel: "disabled" }),
        // Of the providers only this one hands its buffers out. Where nothing stays, nothing is asked for: with
        // locations a session's calls bind every input and output.
        ...(device === "webgpu" && {
          preferredOutputLocation: Object.fromEntries(outputs.map((name) => [name, "gpu-buffer" as const])),
        }),
      });
      return new ResidentSession(opened, outputs, reader);
    },
    open,
  };
}

/** What ONNX Runtime says, without the source file and the assertion that it says it from. */
export function messageOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/\S*onnxruntime_src\S* .*? was false\. /s, "").trim();
}
