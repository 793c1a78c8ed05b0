/**
 * What a training call is fed: batches, labels, noise and scalars of given steps. A function of the run's seed
 * and the step's number alone, so a resumed run is fed the same.
 */

import { fillNormal, permutation, type RandomStream } from "../base/random.ts";
import { Batcher } from "../data/index.ts";
import { elementCount, type Value } from "../graph/index.ts";
import { fillOneHot } from "../models/index.ts";
import { type Position, valueAt } from "../nn/index.ts";
import type { RandomDraw } from "../objectives/index.ts";
import type { TrainingJob } from "./job.ts";
import { drawInput } from "./names.ts";
import type { Control } from "./progress.ts";
import { allScalars, optimizerOf, optimizerScalar, type StepProgram } from "./step.ts";

/** Some updates in one call. */
export interface Call {
  /** The step that schedules are read at; the updates of an inner loop share that of the step they precede. */
  readonly step: number;
  readonly count: number;
  readonly groups: readonly string[];
  readonly control: Control;
  /** For an inner loop: the number of its first update in the loop's own random sequence. */
  readonly inner?: number;
}

/** What is drawn for a call: all but the scalars, which may be changed until it begins. */
interface Drawn {
  /** Of which call, and for which draws. */
  readonly key: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** What of a job decides what is fed. */
type FedJob = Pick<
  TrainingJob,
  "vae" | "objective" | "optimizer" | "data" | "batchSize" | "flip" | "epochs" | "seed" | "held"
>;

export class Feeder {
  readonly horizon: Omit<Position, "step">;
  readonly #job: FedJob;
  #prepared: Drawn | undefined;
  readonly #arrays = new Map<string, Uint8Array | Float32Array>();
  /** Inner loops go through the same images in an order of their own. */
  readonly #batchers: { readonly step: Batcher; readonly inner: Batcher };

  constructor(job: FedJob) {
    this.#job = job;
    const { data, batchSize, seed, flip } = job;
    const options = { batchSize, seed, flip };
    this.#batchers = {
      step: new Batcher(data.train, options),
      inner: new Batcher(data.train, { ...options, stream: "inner:" }),
    };
    const stepsPerEpoch = this.#batchers.step.perEpoch;
    this.horizon = { stepsPerEpoch, totalSteps: stepsPerEpoch * job.epochs };
  }

  learningRate(step: number): number | undefined {
    return this.#job.optimizer.learningRate({ step, ...this.horizon });
  }

  /** The scheduled numbers of the objective and the likelihood. */
  scalars(step: number): Record<string, number> {
    const schedules = Object.entries(allScalars(this.#job));
    const held = this.#job.held?.() ?? {};
    return Object.fromEntries(
      schedules.map(([name, schedule]) => [name, held[name] ?? valueAt(schedule, { step, ...this.horizon })]),
    );
  }

  /** All that a program takes beside the state. The arrays are overwritten by the next call. */
  feeds(
    { scalarNames, draws }: Pick<StepProgram, "scalarNames" | "draws">,
    call: Call,
  ): Record<string, Value> {
    const { count } = call;
    const { values } = this.#prepared?.key === keyOf(draws, call) ? this.#prepared : this.#drawn(draws, call);
    this.#prepared = undefined;
    const scalars = this.#memory("scalars", Float32Array, count * scalarNames.length);
    for (let i = 0; i < count; i++) {
      const all = this.#values(call, i);
      scalars.set(
        scalarNames.map((name) => all[name]!),
        i * scalarNames.length,
      );
    }
    this.#prefetch(call);
    return {
      ...values,
      scalars: { dtype: "float32", shape: [count, scalarNames.length], data: scalars },
    };
  }

  /** Draws what the call after this one will be fed, if it is like it: into the arrays that this one was fed. */
  prepare(draws: StepProgram["draws"], call: Call): void {
    const { step, inner, count } = call;
    const isInner = inner !== undefined;
    if (!isInner && step + 2 * count > this.horizon.totalSteps) return;
    this.#prepared = this.#drawn(draws, {
      ...call,
      ...(isInner ? { inner: inner + count } : { step: step + count }),
    });
  }

  #drawn(draws: StepProgram["draws"], call: Call): Drawn {
    const { vae, batchSize, objective } = this.#job;
    const { height, width, channels } = vae.image;
    const { count } = call;
    const rows = count * batchSize;
    const classes = vae.classes?.length ?? 0;
    const noiseRows = (objective.samples ?? 1) * rows;
    const pixels = this.#memory("pixels", Uint8Array, rows * height * width * channels);
    const label = this.#memory("label", Float32Array, rows * classes);
    const noise = this.#memory("noise", Float32Array, noiseRows * vae.latentDim);
    for (let i = 0; i < count; i++) {
      const part = <T extends Uint8Array | Float32Array>(all: T) =>
        all.subarray((i * all.length) / count, ((i + 1) * all.length) / count) as T;
      this.#batch(call, i, part(pixels), part(label));
      fillNormal(part(noise), this.#stream(call, i, "noise"));
    }
    const values = {
      pixels: { dtype: "uint8", shape: [rows, height, width, channels], data: pixels },
      ...(classes > 0 && { label: { dtype: "float32", shape: [rows, classes], data: label } }),
      noise: { dtype: "float32", shape: [noiseRows, vae.latentDim], data: noise },
      ...Object.fromEntries(draws.map((draw) => [drawInput.of(draw.name), this.#draw(draw, call)])),
    } satisfies Record<string, Value>;
    return { key: keyOf(draws, call), values };
  }

  /** The array that the last call of this size was fed: megabytes a call would keep the garbage collector busy. */
  #memory<T extends Uint8Array | Float32Array>(
    name: string,
    kind: new (length: number) => T,
    length: number,
  ): T {
    const known = this.#arrays.get(name);
    if (known instanceof kind && known.length === length) return known;
    const array = new kind(length);
    this.#arrays.set(name, array);
    return array;
  }

  #stream({ step, inner }: Call, i: number, stream: string): RandomStream {
    const { seed } = this.#job;
    return inner === undefined
      ? { seed, stream, step: step + i }
      : { seed, stream: `inner:${stream}`, step: inner + i };
  }

  #batch({ step, inner }: Call, i: number, pixels: Uint8Array, label: Float32Array): void {
    const labels = new Int32Array(this.#job.batchSize);
    if (inner === undefined) this.#batchers.step.fill(step + i, pixels, labels);
    else this.#batchers.inner.fill(inner + i, pixels, labels);
    if (label.length > 0) fillOneHot(label, labels);
  }

  /** While the engine works, what the next call like this one will read. */
  #prefetch({ step, inner, count }: Call): void {
    const isInner = inner !== undefined;
    const batcher = isInner ? this.#batchers.inner : this.#batchers.step;
    const next = (isInner ? inner : step) + count;
    for (let i = 0; i < count; i++) batcher.prefetch(next + i);
  }

  /** Every scalar of the i-th update. */
  #values({ step, groups, control, inner }: Call, i: number): Record<string, number> {
    const at = inner === undefined ? step + i : step;
    const values = this.scalars(at);
    for (const group of groups) {
      const t = control.updates[group]! + i + 1;
      const chain = optimizerOf(this.#job, group);
      const own = chain.scalarsAt({ t, position: { step: at, ...this.horizon } });
      for (const [name, value] of Object.entries(own)) values[optimizerScalar(group, name)] = value;
    }
    return values;
  }

  #draw({ name, kind, shape }: RandomDraw, call: Call): Value {
    const size = elementCount(shape);
    const unrolled = [call.count * shape[0], ...shape.slice(1)];
    if (kind === "normal") {
      const data = new Float32Array(call.count * size);
      for (let i = 0; i < call.count; i++) {
        fillNormal(data.subarray(i * size, (i + 1) * size), this.#stream(call, i, name));
      }
      return { dtype: "float32", shape: unrolled, data };
    }
    const [count, columns = 1] = shape;
    const data = new Int32Array(call.count * size);
    for (let i = 0; i < call.count; i++) {
      for (let column = 0; column < columns; column++) {
        const order = permutation(count, this.#stream(call, i, `${name}:${column}`));
        for (let row = 0; row < count; row++) data[i * size + row * columns + column] = order[row]!;
      }
    }
    return { dtype: "int32", shape: unrolled, data };
  }
}

const keyOf = (draws: StepProgram["draws"], { step, inner, count }: Call): string =>
  JSON.stringify([step, inner, count, draws]);
