/**
 * What a machine that runs graphs looks like from the rest of the house. Only `node.ts` and `web.ts` beside
 * this file know ONNX Runtime.
 */

import type { Program, Value } from "../graph/index.ts";

/** A compiled program. Calls must not overlap. */
export interface Session {
  /**
   * Runs once. Feeds every input by name; returns every output by name.
   * The arrays of the result are the caller's to keep.
   */
  run(feeds: Readonly<Record<string, Value>>): Promise<Record<string, Value>>;
  /** Frees the session's memory. */
  release(): Promise<void>;
}

export type Device = "cpu" | "webgpu" | "cuda";

export const devices: readonly Device[] = ["cpu", "webgpu", "cuda"];

/** A device that compiles programs. */
export interface Runtime {
  readonly device: Device;
  /** For people and `run.json`: "onnxruntime-node 1.30.0". */
  readonly description: string;
  /** Threads that one operator may use; part of what makes results repeatable. */
  readonly threads: number;
  compile(program: Program): Promise<Session>;
  /** Opens the bytes of an ONNX file, ours or anybody's. */
  open(bytes: Uint8Array, name: string): Promise<Session>;
}
