/**
 * Sessions of ONNX Runtime, and what they leave on a device between two calls. Its packages for Node and for pages
 * have the same interface, so the package is an argument.
 */

import type { InferenceSession as OrtSession, Tensor } from "onnxruntime-web";
import { input, type Value } from "../graph/index.ts";
import type { Losses } from "./losses.ts";
import type { Feeds, KeepingSession, Resident, Runtime, Session } from "./runtime.ts";

/** What `onnxruntime-node` and `onnxruntime-web` both export. */
export type Ort = Pick<typeof import("onnxruntime-web"), "InferenceSession" | "Tensor" | "env">;

/** A session as its package made it, and the name of its graph for messages. */
export interface Opened {
  readonly ort: Ort;
  readonly session: OrtSession;
  readonly name: string;
  readonly losses?: Losses | undefined;
  readonly turn?: (() => Promise<void>) | undefined;
}

export class ReturningSession implements Session {
  readonly #opened: Opened;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  async run(feeds: Feeds): Promise<Record<string, Value>> {
    const results = Object.entries(await call(this.#opened, feeds));
    return Object.fromEntries(results.map(([name, tensor]) => [name, toValue(tensor)]));
  }

  async release(): Promise<void> {
    await this.#opened.session.release();
  }
}

export class ResidentSession implements KeepingSession {
  readonly #opened: Opened;
  readonly #kept: ReadonlySet<string>;
  readonly #reader: Reader;

  constructor(opened: Opened, kept: readonly string[], reader: Reader) {
    this.#opened = opened;
    this.#kept = new Set(kept);
    this.#reader = reader;
  }

  async run(feeds: Feeds): ReturnType<KeepingSession["run"]> {
    const results: Record<string, Value> = {};
    const kept: Record<string, Value | Resident> = {};
    for (const [name, tensor] of Object.entries(await call(this.#opened, feeds))) {
      if (!this.#kept.has(name)) results[name] = toValue(tensor);
      else kept[name] = tensor.location === "cpu" ? toValue(tensor) : new Buffered(tensor, this.#reader);
    }
    return { results, kept };
  }

  async release(): Promise<void> {
    await this.#opened.session.release();
  }
}

async function call(
  { ort, session, name, losses, turn }: Opened,
  feeds: Feeds,
): Promise<Record<string, Tensor>> {
  const tensors: Record<string, Tensor> = {};
  for (const input of session.inputNames) {
    const value = feeds[input];
    if (value === undefined) throw new Error(`internal: graph "${name}" was not fed "${input}"`);
    tensors[input] = toTensor(ort, value);
  }
  const results = await (losses === undefined
    ? session.run(tensors)
    : losses.guard(() => session.run(tensors)));
  await turn?.();
  return results;
}

function toTensor({ Tensor }: Ort, value: Value | Resident): Tensor {
  if (value instanceof Buffered) return value.tensor;
  if (!("data" in value)) throw new Error("internal: a result of another runtime was fed");
  return new Tensor(value.dtype, value.data as Float32Array, value.shape);
}

function toValue({ type, dims, data }: Tensor): Value {
  return { dtype: type, shape: dims, data } as Value;
}

/** A result in a buffer of the GPU. */
class Buffered implements Resident {
  readonly tensor: Tensor;
  readonly #reader: Reader;

  constructor(tensor: Tensor, reader: Reader) {
    this.tensor = tensor;
    this.#reader = reader;
  }

  get dtype(): Value["dtype"] {
    return this.tensor.type as Value["dtype"];
  }

  get shape(): readonly number[] {
    return this.tensor.dims;
  }

  read(): Promise<Value> {
    return this.#reader.read(this);
  }

  release(): void {
    this.tensor.dispose();
  }
}

/**
 * Brings buffers over, by a graph that hands its input through: onnxruntime-node's own `getData` is not there
 * for tensors on a device (1.30 ends the process).
 */
export class Reader {
  readonly #compile: Runtime["compile"];
  /** One for each element type and number of axes; they live as long as the runtime. */
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(compile: Runtime["compile"]) {
    this.#compile = compile;
  }

  async read(resident: Resident): Promise<Value> {
    const { dtype, shape } = resident;
    const key = `${dtype} ${shape.length}`;
    let session = this.#sessions.get(key);
    if (session === undefined) {
      const x = input(
        "x",
        shape.map((_, axis) => `size${axis}`),
        dtype,
      );
      session = this.#compile({ name: "read", inputs: [x], outputs: { value: x } });
      this.#sessions.set(key, session);
    }
    const { value } = await (await session).run({ x: resident });
    return value!;
  }
}
