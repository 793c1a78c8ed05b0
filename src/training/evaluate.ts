/**
 * Evaluates a model on a split: every term at β = 1, averaged in double precision over all images. The
 * noise is fixed by the seed, so that two evaluations differ by the model and not by luck.
 */

import { fillNormal } from "../base/random.ts";
import type { Split } from "../data/index.ts";
import { input, type Program } from "../graph/index.ts";
import { fillOneHot, rowsPerCall, type Vae } from "../models/index.ts";
import { StateContext } from "../nn/index.ts";
import type { Runtime, Session } from "../runtime/index.ts";
import { termOutput } from "./names.ts";
import type { State } from "./state.ts";

/** Means over the images of a split, in nats per image. */
export interface Evaluation {
  /** reconstruction + kl: an upper bound of −ln p(x), one latent sample per image. */
  readonly negativeElbo: number;
  /** −ln p(x|z). */
  readonly reconstruction: number;
  readonly kl: number;
  readonly klPerDimension: readonly number[];
  readonly images: number;
  /** Scalars that the model tells of itself, by name: a Gaussian's `sigma`, on pixels in [0, 1]. */
  readonly noted: Readonly<Record<string, number>>;
}

/** Images whose noise is drawn at once. */
const CHUNK = 500;
/** Images that are evaluated at once, at most: no faster with more, and activations take their share of memory. */
const PIECE = 100;

/**
 * The program that evaluates a batch of any size.
 * Inputs: the state by name; `label`, one-hot `[batch, classes]`, of a conditional model; `pixels`, uint8
 * `[batch, height, width, channel]`; `noise`, `[batch, latent]`.
 * Outputs: `reconstruction`, `[batch]`, and `klPerDimension`, `[batch, latent]`, in nats; the `termOutput` of each
 * scalar that the model notes.
 */
export function evaluationProgram(vae: Vae): Program {
  const { height, width, channels } = vae.image;
  const pixels = input("pixels", ["batch", height, width, channels], "uint8");
  const noise = input("noise", ["batch", vae.latentDim]);
  const context = new StateContext("infer");
  const label = vae.labelInput("batch");
  const { reconstruction, klPerDimension } = vae.infer(context, vae.scale(pixels), noise, label);
  return {
    name: "evaluation",
    inputs: [...context.tensors().values(), ...(label === undefined ? [] : [label]), pixels, noise],
    outputs: {
      reconstruction,
      klPerDimension,
      ...Object.fromEntries([...context.notes].map(([name, { value }]) => [termOutput.of(name), value])),
    },
  };
}

/** Evaluates one model at different states of its weights. */
export class Evaluator {
  readonly #vae: Vae;
  readonly #session: Session;
  readonly #program: Program;

  private constructor(vae: Vae, program: Program, session: Session) {
    this.#vae = vae;
    this.#program = program;
    this.#session = session;
  }

  static async create(runtime: Runtime, vae: Vae): Promise<Evaluator> {
    const program = evaluationProgram(vae);
    return new Evaluator(vae, program, await runtime.compile(program));
  }

  /** Over a whole split; stops early, with a shorter average, only when `signal` aborts. */
  async evaluate(state: State, split: Split, seed: number, signal?: AbortSignal): Promise<Evaluation> {
    const { images, labels } = split;
    const classes = this.#vae.classes?.length ?? 0;
    const { height, width, channels } = this.#vae.image;
    const latent = this.#vae.latentDim;
    const feeds = state.feeds(this.#program);
    let reconstruction = 0;
    const klPerDimension = new Float64Array(latent);
    const noted: Record<string, number> = {};
    let done = 0;
    const drawn = new Float32Array(CHUNK * latent);
    const piece = Math.min(PIECE, rowsPerCall(this.#vae));
    for (let start = 0, count = 0; start < images.count && !signal?.aborted; start += count) {
      const within = start % CHUNK;
      count = Math.min(piece, CHUNK - within, images.count - start);
      const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
      const pixels = new Uint8Array(count * height * width * channels);
      images.read(indices, pixels);
      const label = new Float32Array(count * classes);
      if (classes > 0) fillOneHot(label, labels!.values.subarray(start, start + count));
      if (within === 0) {
        const left = Math.min(CHUNK, images.count - start) * latent;
        fillNormal(drawn.subarray(0, left), { seed, stream: "evaluation", step: start });
      }
      const noise = drawn.slice(within * latent, (within + count) * latent);
      const result = await this.#session.run({
        ...feeds,
        ...(classes > 0 && { label: { dtype: "float32", shape: [count, classes], data: label } }),
        pixels: { dtype: "uint8", shape: [count, height, width, channels], data: pixels },
        noise: { dtype: "float32", shape: [count, latent], data: noise },
      });
      for (const value of result.reconstruction!.data as Float32Array) reconstruction += value;
      const kl = result.klPerDimension!.data as Float32Array;
      for (let i = 0; i < kl.length; i++) klPerDimension[i % latent]! += kl[i]!;
      for (const [output, { data }] of Object.entries(result)) {
        const name = termOutput.in(output);
        if (name !== undefined) noted[name] = Number(data[0]);
      }
      done += count;
    }
    const perDimension = Array.from(klPerDimension, (total) => total / done);
    const kl = perDimension.reduce((total, one) => total + one, 0);
    return {
      negativeElbo: reconstruction / done + kl,
      reconstruction: reconstruction / done,
      kl,
      klPerDimension: perDimension,
      images: done,
      noted,
    };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
