/**
 * Gradient accumulation: a batch taken in parts, one after the other in the memory of one. Each part's gradients are added
 * to those before, and the optimiser then takes the one step that the whole batch would have taken. That holds where the
 * loss is a mean over images of what each has by itself: `batchCoupling` says where it is not.
 */

import {
  constant,
  input,
  multiplyAdd,
  reshape,
  slice,
  type Tensor,
  topologicalOrder,
  type Value,
} from "../graph/index.ts";
import { StateContext } from "../nn/index.ts";
import type { BuiltObjective } from "../objectives/index.ts";
import type { Feeds, KeepingSession, Runtime } from "../runtime/index.ts";
import { gradientSum, nextState, termOutput } from "./names.ts";
import type { State } from "./state.ts";
import { derivativesOf, elbo, type StepOptions, type StepProgram, scalarNamesOf, update } from "./step.ts";

/** What couples the images of a batch: why it can't be taken in parts, to follow "…, ". `undefined`: nothing does. */
export function batchCoupling(
  { program: { inputs, outputs }, state }: StepProgram,
  { perImage = false, routine }: BuiltObjective,
): string | undefined {
  if (!perImage) return "the objective is not a mean over images of what each has by itself";
  if (routine !== undefined) return "the objective goes through batches of its own between two steps";
  const pixels = inputs.find(({ dtype }) => dtype === "uint8")!;
  const coupled = state.find(({ name, kind }) => {
    const next = outputs[nextState.of(name)];
    return kind === "buffer" && next !== undefined && topologicalOrder([next]).includes(pixels);
  });
  return coupled && `"${coupled.name}" is a statistic of the whole batch (batch norm's, for example)`;
}

type Options = Omit<StepOptions, "unroll"> & { readonly groups: readonly string[] };

interface Half extends Pick<StepProgram, "program" | "scalarNames" | "draws"> {}

/** Both halves are fed all scalars of a step. */
function begin(options: Options, batchSize: number) {
  const { vae, objective, groups } = options;
  const { height, width, channels } = vae.image;
  const scalarNames = scalarNamesOf({ ...options, unroll: 1 }, groups);
  const scalars = input("scalars", [1, scalarNames.length]);
  const row = reshape(scalars, [scalarNames.length]);
  const scalar = (name: string) => {
    const column = scalarNames.indexOf(name);
    return reshape(slice(row, 0, column, column + 1), []);
  };
  const random = () => {
    throw new Error("internal: an objective of single images draws for whole batches");
  };
  const pixels = input("pixels", [batchSize, height, width, channels], "uint8");
  const label = vae.labelInput(batchSize);
  const noise = input("noise", [(objective.samples ?? 1) * batchSize, vae.latentDim]);
  const context = new StateContext("train", new Map(), scalar);
  const built = elbo({ ...options, batchSize }, context, { pixels, label, noise, scalar, random });
  const fed = [pixels, ...(label === undefined ? [] : [label]), noise];
  return { context, ...built, scalar, scalars, scalarNames, fed };
}

/** Adds a part's gradients, divided by the number of parts, to the sums that it is fed. */
function partProgram(options: Options, parts: number): Half {
  const half = begin(options, options.batchSize / parts);
  const { context, scalars, scalarNames } = half;
  const sums: Tensor[] = [];
  const outputs: Record<string, Tensor> = {};
  const derivatives = derivativesOf(context, half.result, { ...options, unroll: 1 }, options.groups);
  for (const [name, gradient] of derivatives) {
    const before = input(gradientSum.of(name), gradient.shape as number[]);
    sums.push(before);
    outputs[nextState.of(gradientSum.of(name))] = multiplyAdd(gradient, constant(1 / parts), before);
  }
  for (const [name, next] of context.updates) outputs[nextState.of(name)] = next;
  for (const [name, term] of Object.entries(half.terms)) outputs[termOutput.of(name)] = term;
  const inputs = [...context.tensors().values(), ...half.fed, scalars, ...sums];
  return { program: { name: "gradientsOfPart", inputs, outputs }, scalarNames, draws: [] };
}

/** The optimiser's step along the sums. */
function updateProgram(options: Options): Half {
  const { context, scalar, scalars, scalarNames } = begin(options, 1);
  const parameters = [...context.specs.values()].filter(({ kind }) => kind === "parameter");
  const sums = new Map(parameters.map(({ name, shape }) => [name, input(gradientSum.of(name), shape)]));
  const next = update(context, sums, { ...options, unroll: 1 }, options.groups, scalar);
  const before = context.tensors();
  const changed = [...next].filter(
    ([name, tensor]) => tensor !== before.get(name) && !context.updates.has(name),
  );
  const outputs = Object.fromEntries(changed.map(([name, tensor]) => [nextState.of(name), tensor]));
  const inputs = [...before.values(), scalars, ...sums.values()];
  return { program: { name: "updateBySums", inputs, outputs }, scalarNames, draws: [] };
}

interface Compiled extends Pick<Half, "scalarNames" | "draws"> {
  readonly inputs: Half["program"]["inputs"];
  readonly session: KeepingSession;
}

/** Takes steps of `parts` parts. */
export class Accumulation {
  readonly #parts: number;
  readonly #samples: number;
  readonly #part: Compiled;
  readonly #update: Compiled;

  private constructor(parts: number, samples: number, part: Compiled, update: Compiled) {
    [this.#parts, this.#samples, this.#part, this.#update] = [parts, samples, part, update];
  }

  static async create(runtime: Runtime, options: Options, parts: number): Promise<Accumulation> {
    const compile = async ({ program, scalarNames, draws }: Half): Promise<Compiled> => {
      const kept = Object.keys(program.outputs).filter((name) => nextState.in(name) !== undefined);
      return {
        inputs: program.inputs,
        scalarNames,
        draws,
        session: await runtime.compileKeeping(program, kept),
      };
    };
    const part = await compile(partProgram(options, parts));
    return new Accumulation(
      parts,
      options.objective.samples ?? 1,
      part,
      await compile(updateProgram(options)),
    );
  }

  /** One step; what it returns is what the whole batch's program would. @param feed makes what a program takes beside the state */
  async run(
    state: State,
    feed: (program: Compiled) => Record<string, Value>,
  ): ReturnType<KeepingSession["run"]> {
    const whole = feed(this.#part);
    const fixed = state.feeds(this.#part);
    let sums: Feeds = Object.fromEntries(
      this.#part.inputs.flatMap(({ attributes, shape }) =>
        zeroSum(attributes as { name: string }, shape as number[]),
      ),
    );
    let buffers: Feeds = {};
    const terms: Record<string, Value>[] = [];
    for (let part = 0; part < this.#parts; part++) {
      const { results, kept } = await this.#part.session.run({
        ...fixed,
        ...this.#portion(whole, part),
        ...sums,
      });
      terms.push(results);
      release(sums);
      release(buffers);
      const isSum = (name: string) => gradientSum.in(nextState.in(name)!) !== undefined;
      const entries = Object.entries(kept);
      sums = Object.fromEntries(
        entries.filter(([name]) => isSum(name)).map(([name, value]) => [nextState.in(name)!, value]),
      );
      buffers = Object.fromEntries(entries.filter(([name]) => !isSum(name)));
    }
    const { kept } = await this.#update.session.run({
      ...state.feeds(this.#update),
      scalars: whole.scalars!,
      ...sums,
    });
    release(sums);
    return { results: meanOf(terms), kept: { ...kept, ...buffers } };
  }

  /** A part's rows; noise lies sample after sample, each of the whole batch. */
  #portion({ scalars, ...rows }: Record<string, Value>, part: number): Record<string, Value> {
    const portions = Object.entries(rows).map(([name, { dtype, shape, data }]): [string, Value] => {
      const runs = name === "noise" ? this.#samples : 1;
      const length = data.length / runs / this.#parts;
      const own = data.slice(0, runs * length) as Float32Array;
      for (let run = 0; run < runs; run++) {
        const start = (run * this.#parts + part) * length;
        own.set(data.subarray(start, start + length) as Float32Array, run * length);
      }
      return [name, { dtype, shape: [shape[0]! / this.#parts, ...shape.slice(1)], data: own } as Value];
    });
    return { scalars: scalars!, ...Object.fromEntries(portions) };
  }

  async release(): Promise<void> {
    await this.#part.session.release();
    await this.#update.session.release();
  }
}

function zeroSum({ name }: { readonly name: string }, shape: readonly number[]): [string, Value][] {
  if (gradientSum.in(name) === undefined) return [];
  return [[name, { dtype: "float32", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]];
}

function release(kept: Feeds): void {
  for (const value of Object.values(kept)) if (!("data" in value)) value.release();
}

/** Element by element over the parts, which are of one size. */
function meanOf(parts: readonly Record<string, Value>[]): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(parts[0]!).map(([name, { shape, data }]) => {
      const mean = Float32Array.from(
        data as Float32Array,
        (_, i) => parts.reduce((total, one) => total + Number(one[name]!.data[i]), 0) / parts.length,
      );
      return [name, { dtype: "float32", shape, data: mean }];
    }),
  );
}
