/**
 * A `Runtime` out of shaders that are written here (see `gpu/`), on WebGPU: in a page the browser's, in Node that of the
 * package `webgpu`. Inputs, weights and results lie in one heap, and stay there between calls. Another engine does what this
 * one has no kernels for.
 */

import { bytesOf, compileGpu, type GpuProgram, missingOnGpu } from "../gpu/index.ts";
import { allocate, elementCount, type Program, type Value } from "../graph/index.ts";
import { type Other, withOther } from "./borrowed.ts";
import { GpuHeap } from "./gpu-heap.ts";
import { type Compiled, type HeapEngine, HeapSession } from "./heap-session.ts";
import { Losses } from "./losses.ts";
import type { KeepingSession, Runtime } from "./runtime.ts";
import { type Adapter, type Buffer, COMPUTE, type Device, usage } from "./webgpu.ts";

export interface GpuMachine extends Pick<Runtime, "description"> {
  readonly adapter: Adapter;
  /** An engine for files of ONNX, and for graphs with operators that this one has no kernels for. */
  other(): Promise<Other>;
}

export async function openGpuRuntime({ adapter, description, other }: GpuMachine): Promise<Runtime> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
  const card = new Card(await adapter.requestDevice({ requiredLimits }), adapter);
  return withOther({
    ...{ device: "webgpu", description, memory: card.heap.most, note: undefined, threads: 1 },
    missing: missingOnGpu,
    open: (program, kept) => guarded(new HeapSession(program, kept, card), card.losses),
    other,
  });
}

/** Calls that fail with the device, where they would wait for ever. */
function guarded(session: KeepingSession, losses: Losses): KeepingSession {
  return {
    run: (...call) => losses.guard(() => session.run(...call)),
    release: () => session.release(),
  };
}

/** A device, its heap, and the shaders that it has compiled. */
class Card implements HeapEngine {
  readonly device: Device;
  readonly heap: GpuHeap;
  readonly bytesOf = bytesOf;
  readonly losses: Losses;
  readonly isSoftware: boolean;
  readonly layout: object;
  readonly #pipelineLayout: object;
  readonly #pipelines = new Map<string, Promise<object>>();

  constructor(device: Device, { info, limits }: Adapter) {
    this.device = device;
    const { maxBufferSize, maxStorageBufferBindingSize } = limits;
    this.heap = new GpuHeap(device, Math.min(maxBufferSize, maxStorageBufferBindingSize, ADDRESSED));
    const { isFallbackAdapter, architecture, description } = info;
    this.isSoftware =
      isFallbackAdapter === true || /swiftshader|llvmpipe/i.test(`${architecture} ${description}`);
    this.losses = new Losses(device.lost.then(({ message }) => message));
    this.layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: COMPUTE, buffer: { type: "storage" } },
        { binding: 1, visibility: COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
      ],
    });
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] });
  }

  pipeline(code: string): Promise<object> {
    let pipeline = this.#pipelines.get(code);
    if (pipeline === undefined) {
      const module = this.device.createShaderModule({ code });
      pipeline = this.device.createComputePipelineAsync({
        layout: this.#pipelineLayout,
        compute: { module, entryPoint: "main" },
      });
      this.#pipelines.set(code, pipeline);
      pipeline.catch(() => this.#pipelines.delete(code));
    }
    return pipeline;
  }

  async compile(program: Program, sizes: ReadonlyMap<string, number>): Promise<Compiled> {
    const compiled = compileGpu(program, sizes, this);
    const pipelines = await Promise.all(compiled.calls.map(({ shader }) => this.pipeline(shader)));
    return new Starts(compiled, pipelines, this);
  }

  /** A truth value is a word there. */
  encode({ dtype, data }: Value): ArrayBufferView {
    return dtype === "bool" ? Uint32Array.from(data as Uint8Array) : data;
  }

  read(tensors: Parameters<HeapEngine["read"]>[0]): Promise<Value[]> {
    return this.losses.guard(async () => {
      const parts = tensors.map(({ address, dtype, shape }) => {
        return { address, bytes: elementCount(shape) * bytesOf[dtype] };
      });
      const read = await this.heap.read(parts);
      return tensors.map(({ dtype, shape }, i) => {
        const Type = allocate(dtype, 0).constructor as new (buffer: ArrayBuffer) => Float32Array;
        const data = dtype === "bool" ? Uint8Array.from(new Uint32Array(read[i]!)) : new Type(read[i]!);
        return { dtype, shape, data } as Value;
      });
    });
  }
}

/** Bytes that 32 bits can address. */
const ADDRESSED = 2 ** 32 - 4;
/** Kernels that are handed over together: the card begins while the next are recorded. */
const AT_ONCE = 128;
/** Bytes at whose multiples every device lets a binding begin. */
const APART = 256;

/** A program's shaders, and the addresses that they are started with. */
class Starts implements Compiled {
  readonly bytes: number;
  readonly contents: Compiled["contents"];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #calls: GpuProgram["calls"];
  readonly #pipelines: readonly object[];
  readonly #card: Card;
  /** The arguments' addresses, of each call from a multiple of `stride` bytes on. */
  readonly #addresses: Uint32Array;
  readonly #stride: number;
  readonly #uniform: Buffer;
  /** Binds the heap's buffer as it was then. */
  #bound: { readonly heap: Buffer; readonly group: object } | undefined;

  constructor(
    { calls, bytes, contents, inputs, outputs }: GpuProgram,
    pipelines: readonly object[],
    card: Card,
  ) {
    this.bytes = bytes;
    this.contents = contents;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#calls = calls;
    this.#pipelines = pipelines;
    this.#card = card;
    const most = Math.max(1, ...calls.map((call) => call.arguments.length));
    this.#stride = Math.ceil((4 * most) / APART) * APART;
    this.#addresses = new Uint32Array((this.#stride / 4) * Math.max(1, calls.length));
    this.#uniform = card.device.createBuffer({
      size: this.#addresses.byteLength,
      usage: usage.uniform | usage.copyTarget,
    });
  }

  start(bases: readonly number[]): void {
    const { device } = this.#card;
    const [calls, stride] = [this.#calls, this.#stride];
    calls.forEach((call, i) => {
      let next = (i * stride) / 4;
      for (const { base, offset, inBytes } of call.arguments) {
        const address = bases[base]! + offset;
        this.#addresses[next++] = inBytes ? address : address / 4;
      }
    });
    device.queue.writeBuffer(this.#uniform, 0, this.#addresses);
    const group = this.#group();
    for (let first = 0; first < calls.length; first += AT_ONCE) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = first; i < Math.min(first + AT_ONCE, calls.length); i++) {
        pass.setPipeline(this.#pipelines[i]!);
        pass.setBindGroup(0, group, [i * stride]);
        pass.dispatchWorkgroups(...calls[i]!.groups);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
  }

  #group(): object {
    const { device, heap, layout } = this.#card;
    if (this.#bound?.heap !== heap.buffer) {
      const group = device.createBindGroup({
        layout,
        entries: [
          { binding: 0, resource: { buffer: heap.buffer } },
          { binding: 1, resource: { buffer: this.#uniform, size: this.#stride } },
        ],
      });
      this.#bound = { heap: heap.buffer, group };
    }
    return this.#bound.group;
  }

  release(): void {
    this.#uniform.destroy();
  }
}
