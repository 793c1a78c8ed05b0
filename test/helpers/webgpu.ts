/**
 * WebGPU without a GPU: SwiftShader, the software one that Chromium brings, where the machine has it; and a process
 * that takes training steps on it beside the CPU.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Config } from "../../src/config/index.ts";
import type { Labels } from "../../src/data/index.ts";
import type { serializeProgram, Value } from "../../src/graph/index.ts";
import type { ImageShape } from "../../src/models/index.ts";
import { engineInformation } from "../../src/runtime/node.ts";
import type { TermValues } from "../../src/training/index.ts";
import { notBuilt } from "./processes.ts";

/** Chromium's folder has both the loader of Vulkan and the driver. */
const folder = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"].find(
  (path) => existsSync(join(path, "vk_swiftshader_icd.json")) && existsSync(join(path, "libvulkan.so.1")),
);

/** Why there is no WebGPU for tests; `undefined` when there is. */
export const noWebGpu: string | undefined = notBuilt ?? missing();
if (noWebGpu !== undefined) console.warn(`tests on WebGPU are skipped: ${noWebGpu}`);

function missing(): string | undefined {
  if (folder === undefined) return "there is no Chromium with SwiftShader and libvulkan.so.1";
  if (engineInformation().providers.some(({ name, bundled }) => name === "webgpu" && bundled))
    return undefined;
  return "this onnxruntime-node has no WebGPU provider";
}

/** What a process needs in its environment, from its start, for WebGPU to be there. */
export const webGpuEnvironment: Readonly<Record<string, string>> =
  folder === undefined
    ? {}
    : { VK_ICD_FILENAMES: join(folder, "vk_swiftshader_icd.json"), LD_LIBRARY_PATH: folder };

/** What is trained on what. */
export interface StepJob {
  readonly config: Config;
  readonly image: ImageShape;
  /** uint8 `[count, height, width, channels]`; all of them are trained on. */
  readonly pixels: Uint8Array;
  readonly labels: Labels;
}

type ProgramData = ReturnType<typeof serializeProgram>;

/** Our own shaders, or ONNX Runtime's. */
export type GpuEngine = "wgsl" | "native";

/** One step on both devices from the same state, pictures and noise; see `webgpu-step.js`. */
export interface Compared {
  /** Inputs of rectifiers that lay on another side of zero on the other device. */
  readonly kinks: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly kind: "parameter" | "buffer" | "moment" | "average";
  }[];
  readonly cpu: Side;
  readonly webgpu: Side;
}

interface Side {
  readonly seconds: number;
  readonly terms: TermValues;
  readonly state: Readonly<Record<string, Float32Array>>;
}

/** Bytes between JavaScript and WebGPU. */
export interface Crossed {
  readonly state: number;
  /** Of each call. */
  readonly fed: readonly number[];
  readonly returned: readonly number[];
}

/** Call once at the top of a test file; the process starts when it is first asked. */
export function webGpuProcess() {
  let child: ChildProcess | undefined;
  let said = "";
  afterAll(() => child?.kill());

  function start(): ChildProcess {
    const started = fork(fileURLToPath(new URL("webgpu-step.js", import.meta.url)), {
      env: { ...process.env, ...webGpuEnvironment },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    started.stderr!.on("data", (text) => {
      said += text;
    });
    return started;
  }

  function ask<Answer>(question: object): Promise<Answer> {
    child ??= start();
    const asked = child;
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`the process on WebGPU ended: ${said}`));
      asked.once("exit", ended);
      asked.once("message", (answer: { result: Answer } | { error: string }) => {
        asked.off("exit", ended);
        if ("error" in answer) reject(new Error(answer.error));
        else resolve(answer.result);
      });
      asked.send(question);
    });
  }

  return {
    /** What our own engine makes of a program. */
    compute: (program: ProgramData, feeds: Readonly<Record<string, Value>>, isSoftware: boolean) =>
      ask<Record<string, Value>>({ what: "compute", program, feeds, isSoftware }),
    /** Takes a step on both, after `warmUp` on the CPU; with other pictures, up to `tries` times, until no kink lies between. */
    compare: (job: StepJob, engine: GpuEngine, warmUp: number, tries: number) =>
      ask<Compared>({ what: "compare", job, engine, warmUp, tries }),
    /** Takes `calls` steps on WebGPU. */
    cross: (job: StepJob, engine: GpuEngine, calls: number) =>
      ask<Crossed>({ what: "cross", job, engine, calls }),
  };
}
