/**
 * A `Runtime` out of shaders that are written here (see `gpu/`), on WebGPU: in a page the browser's, in Node that of the
 * package `webgpu`. Inputs, weights and results lie in one heap, and stay there between calls. Another engine does what this
 * one has no kernels for.
 */

import { bytesOf, compileGpu, type GpuProgram, missingOnGpu } from "../gpu/index.ts";
import { allocate, bindInput, elementCount, inputName, type Program, type Value } from "../graph/index.ts";
import { type Other, withOther } from "./borrowed.ts";
import { GpuHeap } from "./gpu-heap.ts";
import { Losses } from "./losses.ts";
import type { Feeds, KeepingSession, Resident, Runtime } from "./runtime.ts";
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
    open: (program, kept) => new GpuSession(program, kept, card),
    other,
  });
}

/** A device, its heap, and the shaders that it has compiled. */
class Card {
  readonly device: Device;
  readonly heap: GpuHeap;
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
}

/** Bytes that 32 bits can address. */
const ADDRESSED = 2 ** 32 - 4;
/** Kernels that are handed over together: the card begins while the next are written down. */
const AT_ONCE = 128;
/** Bytes at whose multiples every device lets a binding begin. */
const APART = 256;

/** A program for one set of sizes, ready to be called. */
interface Ready {
  readonly program: GpuProgram;
  readonly own: number;
  readonly pipelines: readonly object[];
  /** The arguments' addresses, of each call from a multiple of `stride` bytes on. */
  readonly addresses: Uint32Array;
  readonly stride: number;
  readonly uniform: Buffer;
  /** Binds the heap's buffer as it was then. */
  bound: { readonly heap: Buffer; readonly group: object } | undefined;
  /** The memory of inputs that are fed, and of outputs that are handed over, by base. */
  readonly fixed: Map<number, number>;
}

class GpuSession implements KeepingSession {
  readonly #program: Program;
  readonly #kept: ReadonlySet<string>;
  readonly #card: Card;
  readonly #ready = new Map<string, Promise<Ready>>();

  constructor(program: Program, kept: readonly string[], card: Card) {
    this.#program = program;
    this.#kept = new Set(kept);
    this.#card = card;
  }

  async run(feeds: Feeds): ReturnType<KeepingSession["run"]> {
    const sizes = new Map<string, number>();
    for (const tensor of this.#program.inputs) {
      const name = inputName(tensor)!;
      bindInput(name, tensor, feeds[name], sizes);
    }
    const key = [...sizes].join(";");
    let ready = this.#ready.get(key);
    if (ready === undefined) {
      ready = this.#compile(sizes);
      this.#ready.set(key, ready);
      // What failed for want of memory may do so once and never again.
      ready.catch(() => this.#ready.delete(key));
    }
    return this.#card.losses.guard(async () => this.#call(await ready, feeds, sizes));
  }

  async #compile(sizes: ReadonlyMap<string, number>): Promise<Ready> {
    const { device, heap } = this.#card;
    const program = compileGpu(this.#program, sizes, this.#card);
    const pipelines = await Promise.all(program.calls.map(({ shader }) => this.#card.pipeline(shader)));
    const own = heap.allocate(program.bytes);
    for (const { offset, data } of program.contents) heap.write(own + offset, data);
    const most = Math.max(1, ...program.calls.map((call) => call.arguments.length));
    const stride = Math.ceil((4 * most) / APART) * APART;
    const addresses = new Uint32Array((stride / 4) * Math.max(1, program.calls.length));
    const uniform = device.createBuffer({
      size: addresses.byteLength,
      usage: usage.uniform | usage.copyTarget,
    });
    return { program, own, pipelines, addresses, stride, uniform, bound: undefined, fixed: new Map() };
  }

  async #call(
    ready: Ready,
    feeds: Feeds,
    sizes: ReadonlyMap<string, number>,
  ): Promise<Awaited<ReturnType<KeepingSession["run"]>>> {
    const { program } = ready;
    const { heap } = this.#card;
    const bases = [ready.own];
    for (const name of program.inputs) {
      const value = feeds[name]!;
      bases.push("data" in value ? this.#feed(ready, bases.length, value) : addressOn(this.#card, value));
    }
    const outputs = program.outputs.map((name) => {
      const { dtype, shape } = this.#program.outputs[name]!;
      const bound = shape.map((size) => (typeof size === "number" ? size : sizes.get(size)!));
      const bytes = elementCount(bound) * bytesOf[dtype];
      const keep = this.#kept.has(name);
      const address = keep ? heap.allocate(bytes) : placeOf(ready, heap, bases.length, bytes);
      bases.push(address);
      return { name, keep, result: new OnCard(this.#card, address, dtype, bound) };
    });
    this.#submit(ready, bases);
    const handed = outputs.filter(({ keep }) => !keep);
    const values = await readAll(
      heap,
      handed.map(({ result }) => result),
    );
    const kept = outputs.filter(({ keep }) => keep).map(({ name, result }) => [name, result] as const);
    return {
      results: Object.fromEntries(handed.map(({ name }, i) => [name, values[i]!])),
      kept: Object.fromEntries(kept) as Record<string, Resident>,
    };
  }

  #feed(ready: Ready, base: number, value: Value): number {
    const { heap } = this.#card;
    // A truth value is a word there.
    const data = value.dtype === "bool" ? Uint32Array.from(value.data as Uint8Array) : value.data;
    const address = placeOf(ready, heap, base, data.byteLength);
    heap.write(address, data);
    return address;
  }

  #submit(ready: Ready, bases: readonly number[]): void {
    const { program, pipelines, addresses, stride, uniform } = ready;
    const { device, heap } = this.#card;
    program.calls.forEach((call, i) => {
      let next = (i * stride) / 4;
      for (const { base, offset, inBytes } of call.arguments) {
        const address = bases[base]! + offset;
        addresses[next++] = inBytes ? address : address / 4;
      }
    });
    device.queue.writeBuffer(uniform, 0, addresses);
    if (ready.bound?.heap !== heap.buffer) {
      const group = device.createBindGroup({
        layout: this.#card.layout,
        entries: [
          { binding: 0, resource: { buffer: heap.buffer } },
          { binding: 1, resource: { buffer: uniform, size: stride } },
        ],
      });
      ready.bound = { heap: heap.buffer, group };
    }
    for (let first = 0; first < pipelines.length; first += AT_ONCE) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = first; i < Math.min(first + AT_ONCE, pipelines.length); i++) {
        pass.setPipeline(pipelines[i]!);
        pass.setBindGroup(0, ready.bound.group, [i * stride]);
        pass.dispatchWorkgroups(...program.calls[i]!.groups);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
  }

  async release(): Promise<void> {
    for (const pending of this.#ready.values()) {
      const ready = await pending.catch(() => undefined);
      if (ready === undefined) continue;
      const { own, fixed, uniform } = ready;
      for (const address of [own, ...fixed.values()]) this.#card.heap.free(address);
      uniform.destroy();
    }
    this.#ready.clear();
  }
}

/** The memory of an input or output that is not the caller's. */
function placeOf(ready: Ready, heap: GpuHeap, base: number, bytes: number): number {
  const known = ready.fixed.get(base) ?? heap.allocate(bytes);
  ready.fixed.set(base, known);
  return known;
}

/** A result that lies on the card. */
class OnCard implements Resident {
  readonly address: number;
  readonly dtype: Value["dtype"];
  readonly shape: readonly number[];
  readonly card: Card;

  constructor(card: Card, address: number, dtype: Value["dtype"], shape: readonly number[]) {
    this.card = card;
    this.address = address;
    this.dtype = dtype;
    this.shape = shape;
  }

  async read(): Promise<Value> {
    const { heap, losses } = this.card;
    const [value] = await losses.guard(() => readAll(heap, [this]));
    return value!;
  }

  release(): void {
    this.card.heap.free(this.address);
  }
}

function addressOn(card: Card, value: Resident): number {
  if (value instanceof OnCard && value.card === card) return value.address;
  throw new Error("internal: a result of another runtime was fed");
}

async function readAll(heap: GpuHeap, all: readonly OnCard[]): Promise<Value[]> {
  const parts = all.map(({ address, dtype, shape }) => {
    return { address, bytes: elementCount(shape) * bytesOf[dtype] };
  });
  const read = await heap.read(parts);
  return all.map(({ dtype, shape }, i) => {
    const data = allocate(dtype, 0);
    const Type = data.constructor as new (buffer: ArrayBuffer) => Float32Array;
    const words = dtype === "bool" ? Uint8Array.from(new Uint32Array(read[i]!)) : new Type(read[i]!);
    return { dtype, shape, data: words } as Value;
  });
}
