/** What of WebGPU is used: TypeScript has it among the types of pages alone, and the package for Node has them in another. */

export interface Gpu {
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

export interface Adapter {
  readonly info: {
    readonly architecture: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly limits: Limits;
  requestDevice(options: { requiredLimits: Limits }): Promise<Device>;
}

interface Limits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

export interface Device {
  readonly queue: {
    writeBuffer(to: Buffer, offset: number, data: ArrayBufferView): void;
    submit(commands: readonly object[]): void;
  };
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  createBuffer(options: { size: number; usage: number }): Buffer;
  createBindGroupLayout(options: {
    entries: readonly {
      binding: number;
      visibility: number;
      buffer: { type: "storage" | "uniform"; hasDynamicOffset?: boolean };
    }[];
  }): object;
  createPipelineLayout(options: { bindGroupLayouts: readonly object[] }): object;
  createBindGroup(options: {
    layout: object;
    entries: readonly { binding: number; resource: { buffer: Buffer; size?: number } }[];
  }): object;
  createShaderModule(options: { code: string }): object;
  createComputePipelineAsync(options: {
    layout: object;
    compute: { module: object; entryPoint: "main" };
  }): Promise<object>;
  createCommandEncoder(): Encoder;
  pushErrorScope(filter: "out-of-memory"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

export interface Buffer {
  readonly size: number;
  mapAsync(mode: number, offset: number, size: number): Promise<void>;
  getMappedRange(offset: number, size: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

interface Encoder {
  beginComputePass(): {
    setPipeline(pipeline: object): void;
    setBindGroup(index: number, group: object, offsets: readonly number[]): void;
    dispatchWorkgroups(x: number, y: number, z: number): void;
    end(): void;
  };
  copyBufferToBuffer(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, size: number): void;
  finish(): object;
}

/** The standard's numbers: they are not everywhere by name. */
export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
export const MAP_READ = 1;
export const COMPUTE = 4;
