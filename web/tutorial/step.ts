/**
 * A step of the tutorial: a text, a file that the learner completes, what is checked of it, and a figure that shows what it
 * does. The checks compute with the learner's own functions and know the usual mistakes by their numbers.
 */

import { formatShort } from "../../src/base/format.ts";
import { fillNormal } from "../../src/base/random.ts";
import { input, interpret, type Tensor, type Value } from "../../src/graph/index.ts";
import { initialize, StateContext } from "../../src/nn/index.ts";
import type { Figure } from "./figure.ts";

export interface Finding {
  readonly holds: boolean;
  /** What holds, or what is wrong and why. */
  readonly says: string;
}

/** A trained model, for the steps that look at one. */
export interface LabModel {
  readonly latents: number;
  /** `[count, 784]` in [0, 1] → `[count, latents]` twice. */
  encode(images: Float32Array): Promise<{ mean: Float32Array; logVariance: Float32Array }>;
  /** `[count, latents]` → `[count, 784]` in [0, 1]. */
  decode(latents: Float32Array): Promise<Float32Array>;
}

/** A small model that is to be trained. */
export interface Recipe {
  readonly latents: number;
  readonly epochs: number;
  /** Numbers that are fed at every step, by name, as they are at the first one. */
  readonly scalars: Readonly<Record<string, number>>;
  /** What they are at the next step, which is in this epoch, counted from 1, after one in which the latents carried `kl` nats. */
  next?(now: {
    readonly scalars: Readonly<Record<string, number>>;
    readonly kl: readonly number[];
    readonly epoch: number;
  }): Readonly<Record<string, number>>;
  /** What is minimised, of a batch's means in nats per image. */
  loss(terms: {
    readonly reconstruction: Tensor;
    readonly kl: Tensor;
    /** `[latents]` */
    readonly klPerDimension: Tensor;
    scalar(name: string): Tensor;
  }): Tensor;
}

/** A model after an epoch of its training. Its terms are those of the held-out digits, in nats per image. */
export interface Moment {
  readonly step: number;
  /** Of the whole training. */
  readonly steps: number;
  readonly epoch: number;
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly klPerDimension: readonly number[];
  readonly model: LabModel;
}

/** What figures are drawn from. */
export interface Lab {
  /** Held-out digits, `[count, 784]` in [0, 1], and which ones they are. */
  digits(): Promise<{ readonly images: Float32Array; readonly labels: readonly number[] }>;
  /** A small model of them. The first who asks waits for its training. */
  model(): Promise<LabModel>;
  /** Trains another one: what it is after every epoch. */
  watch(recipe: Recipe): AsyncGenerator<Moment>;
}

/** What the learner's file exports. */
export type Exports = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Step {
  /** The name of its file in examples/tutorial, and of its address. */
  readonly slug: string;
  readonly title: string;
  /** Paragraphs; `code`, $formula$ and $$formula on a line of its own$$. */
  readonly text: string;
  /** The functions that are checked. */
  readonly exports: readonly string[];
  check(exports: Exports): Finding[];
  /** One figure, or the same again and again while what it shows goes on. */
  figure(exports: Exports, lab: Lab): AsyncGenerator<Figure>;
}

/** A step whose exports have types. */
export function step<E extends { readonly [name: string]: (...args: never[]) => unknown }>(
  given: Omit<Step, "check" | "figure"> & {
    check(exports: E): Finding[];
    figure(exports: E, lab: Lab): AsyncGenerator<Figure>;
  },
): Step {
  return given as unknown as Step;
}

/** A text in which a backslash stays one, as formulas have many, but for one before a backtick. */
export function prose(strings: TemplateStringsArray): string {
  return strings.raw.join("").replaceAll("\\`", "`");
}

// --- what checks are made of --------------------------------------------------------------------------

/** What is said of a number: that it is right, or which mistake would give it. */
export interface Expectation {
  readonly what: string;
  readonly right: number;
  readonly mistakes: readonly (readonly [value: number, says: string])[];
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));

/** Compares a number with what it should be and with what the usual mistakes make of it. */
export function judge(value: number, { what, right, mistakes }: Expectation): Finding {
  if (near(value, right)) return { holds: true, says: `${what} is ${formatShort(right)}, as it should be` };
  const known = mistakes.find(([wrong]) => near(value, wrong))?.[1];
  const should = `${what} is ${formatShort(value)} and should be ${formatShort(right)}`;
  return { holds: false, says: known === undefined ? should : `${should}: ${known}` };
}

/** A finding about a tensor's shape. */
export function shaped(what: string, tensor: unknown, shape: readonly number[]): Finding {
  const written = (sizes: readonly unknown[]): string =>
    sizes.length === 0 ? "[] (a single number)" : `[${sizes.join(", ")}]`;
  const wanted = written(shape);
  const own = (tensor as Partial<Tensor> | undefined)?.shape;
  if (own === undefined) return { holds: false, says: `${what} is not a tensor but ${String(tensor)}` };
  const holds = own.length === shape.length && own.every((size, axis) => size === shape[axis]);
  return {
    holds,
    says: holds
      ? `${what} has the shape ${wanted}`
      : `${what} has the shape ${written(own)} and should have ${wanted}`,
  };
}

export function floats(data: ArrayLike<number>, shape: readonly number[]): Value {
  return { dtype: "float32", shape, data: Float32Array.from(data) };
}

/** Normal draws that are the same every time. */
export function normals(count: number, stream: string): Float32Array {
  const drawn = new Float32Array(count);
  fillNormal(drawn, { seed: 1, stream });
  return drawn;
}

/** The value of a scalar that is built of scalars. */
export function scalarOf(build: (...given: Tensor[]) => Tensor, ...values: number[]): number {
  const names = values.map((_, i) => `given ${i}`);
  const { result } = interpret(
    { result: build(...names.map((name) => input(name, []))) },
    Object.fromEntries(names.map((name, i) => [name, floats([values[i]!], [])])),
  );
  return Number(result.data[0]);
}

/** Builds a part of a model with fresh weights and computes it. */
export function compute<K extends string>(
  build: (context: StateContext) => Readonly<Partial<Record<K, Tensor>>>,
  inputs: Readonly<Record<string, Value>>,
): Record<K, Float32Array> {
  const context = new StateContext("infer");
  const outputs = build(context) as Readonly<Record<K, Tensor>>;
  const weights = Object.fromEntries(
    [...initialize(context.specs.values(), 1)].map(([name, data]) => [
      name,
      floats(data, context.specs.get(name)!.shape),
    ]),
  );
  const values = interpret(outputs, { ...weights, ...inputs });
  return Object.fromEntries(
    Object.entries<Value>(values).map(([name, { data }]) => [name, data as Float32Array]),
  ) as Record<K, Float32Array>;
}

export const sigmoidOf = (logits: Float32Array): Float32Array =>
  logits.map((logit) => 1 / (1 + Math.exp(-logit)));
