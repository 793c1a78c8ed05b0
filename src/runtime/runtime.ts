/**
 * What a machine that runs graphs looks like from the rest of the house. Only the other files of
 * this room know ONNX Runtime.
 */

import type { DType, Program, Value } from "../graph/index.ts";

/** A result that stays on the device: sessions of its runtime are fed it as it is. */
export interface Resident {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Brings the numbers over. */
  read(): Promise<Value>;
  /** Changes float32 numbers where they lie; absent where a program can't reach them. */
  update?(change: (values: Float32Array) => void): void;
  /** Frees the device's memory; it can be neither fed nor read afterwards. */
  release(): void;
}

/** What a session is fed, by name. */
export type Feeds = Readonly<Record<string, Value | Resident>>;

/** A compiled program. Calls must not overlap. */
export interface Session {
  /**
   * Runs once. Feeds every input by name; returns every output by name.
   * The arrays of the result are the caller's to keep.
   */
  run(feeds: Feeds): Promise<Record<string, Value>>;
  /** Frees the session's memory. What it left on the device is not its own. */
  release(): Promise<void>;
}

/** A compiled program of which some outputs stay where they were made, for the next call. */
export interface KeepingSession {
  /**
   * `kept` has the outputs that stay: values on a device whose memory is the machine's own.
   *
   * @param meanwhile called by engines of our own, once they have their own copy of what was fed: a graphics card works on meanwhile
   */
  run(
    feeds: Feeds,
    meanwhile?: () => void,
  ): Promise<{ results: Record<string, Value>; kept: Record<string, Value | Resident> }>;
  release(): Promise<void>;
}

export type Device = "cpu" | "webgpu" | "cuda";

export const devices: readonly Device[] = ["cpu", "webgpu", "cuda"];

/** A device that compiles programs. */
export interface Runtime {
  readonly device: Device;
  /** For people and `run.json`: "onnxruntime-node 1.30.0". */
  readonly description: string;
  /**
   * What a person should know about it, one line: that there is a faster one, and how to get it; that another engine does a
   * part of the work, once that has turned out.
   */
  readonly note?: string | undefined;
  /** Threads that one operator may use; part of what makes results repeatable. */
  readonly threads: number;
  /** Bytes that the device, or where that is the processor the machine, has for models and their training. */
  readonly memory: number;
  compile(program: Program): Promise<Session>;
  /** Compiles a program whose outputs of these names are only wanted to be fed again. */
  compileKeeping(program: Program, outputs: readonly string[]): Promise<KeepingSession>;
  /** Opens the bytes of an ONNX file, ours or anybody's. */
  open(bytes: Uint8Array, name: string): Promise<Session>;
}

/** "native" is `onnxruntime-node`, "wasm" our own WebAssembly, "wgsl" our own shaders on WebGPU. */
export type EngineName = "native" | "wasm" | "wgsl" | "onnxruntime-web";

export interface EngineInformation {
  readonly name: EngineName;
  /** Of its package, "1.30.0". */
  readonly version: string;
  /** "onnxruntime-node 1.30.0" */
  readonly description: string;
  /** The execution providers that this installation names, and whether each ships with it. */
  readonly providers: readonly { readonly name: string; readonly bundled: boolean }[];
  /** Why it is not the native one, and how to get that. */
  readonly note?: string;
}
