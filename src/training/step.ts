/**
 * The training step as a graph: forward pass, gradients and optimiser update of one step, unrolled so that
 * one call to the runtime takes several. State goes in and comes out once per call; the terms that are only
 * looked at are computed for the last step alone.
 */

import {
  add,
  gradients,
  input,
  mean,
  type Program,
  reshape,
  scope,
  slice,
  sum,
  type Tensor,
} from "../graph/index.ts";
import type { Inference, Vae } from "../models/index.ts";
import {
  type AdamOptions,
  adam,
  adamState,
  clipGlobalNorm,
  decayWeights,
  StateContext,
  type StateSpec,
} from "../nn/index.ts";
import type { BuiltObjective } from "../objectives/index.ts";

export interface OptimizerOptions extends AdamOptions {
  readonly weightDecay: number;
  /** Largest global gradient norm; absent: gradients are left as they are. */
  readonly clipNorm?: number | undefined;
}

export interface StepOptions {
  readonly vae: Vae;
  readonly objective: BuiltObjective;
  readonly optimizer: OptimizerOptions;
  readonly batchSize: number;
  /** Steps per call. */
  readonly unroll: number;
}

/** Scalars of the optimiser, beside those of the objective, that every step is fed. */
export const optimizerScalars = ["stepSize", "epsilon"] as const;

export interface StepProgram {
  /**
   * Inputs: the state by name; `pixels`, uint8 `[unroll·batch, height, width, channel]`; `noise`, standard normal
   * `[unroll·batch, latent]`; `scalars`, `[unroll, scalarNames.length]`.
   * Outputs: `next:` + each state name; `term:` + each term of the last step.
   */
  readonly program: Program;
  /** Everything that a checkpoint holds. */
  readonly state: readonly StateSpec[];
  readonly scalarNames: readonly string[];
}

/** Builds the program of `unroll` training steps. */
export function trainingProgram({ vae, objective, optimizer, batchSize, unroll }: StepOptions): StepProgram {
  const { height, width, channels } = vae.image;
  const pixels = input("pixels", [unroll * batchSize, height, width, channels], "uint8");
  const noise = input("noise", [unroll * batchSize, vae.latentDim]);
  const scalarNames = [...optimizerScalars, ...Object.keys(objective.scalars)];
  const scalars = input("scalars", [unroll, scalarNames.length]);

  let tensors: Map<string, Tensor> = new Map();
  let state: Map<string, StateSpec> = new Map();
  let inputs: Map<string, Tensor> = new Map();
  let terms: Record<string, Tensor> = {};
  for (let step = 0; step < unroll; step++) {
    const rows = (x: Tensor) => (unroll === 1 ? x : slice(x, 0, step * batchSize, (step + 1) * batchSize));
    const scalar = (name: string) => {
      const column = scalarNames.indexOf(name);
      if (column < 0) throw new Error(`internal: no scalar "${name}"`);
      return reshape(slice(slice(scalars, 0, step, step + 1), 1, column, column + 1), []);
    };
    const context = new StateContext("train", tensors);
    const forward = scope(unroll === 1 ? "step" : `step${step}`, () => {
      const built = elbo(vae, objective, context, rows(pixels), rows(noise), scalar);
      return { ...built, updated: update(context, built.loss, optimizer, scalar) };
    });
    if (step === 0) {
      state = new Map(context.specs);
      inputs = context.tensors();
    }
    tensors = forward.updated;
    terms = forward.terms;
  }
  const outputs: Record<string, Tensor> = {};
  for (const [name, tensor] of tensors) outputs[`next:${name}`] = tensor;
  for (const [name, tensor] of Object.entries(terms)) outputs[`term:${name}`] = tensor;
  return {
    program: {
      name: unroll === 1 ? "trainingStep" : `${unroll}TrainingSteps`,
      inputs: [...inputs.values(), pixels, noise, scalars],
      outputs,
    },
    state: [...state.values()],
    scalarNames,
  };
}

/** Forward pass: the loss and every term that is logged, means over the batch in nats per image. */
function elbo(
  vae: Vae,
  objective: BuiltObjective,
  context: StateContext,
  pixels: Tensor,
  noise: Tensor,
  scalar: (name: string) => Tensor,
): { loss: Tensor; terms: Record<string, Tensor> } {
  const inference: Inference = vae.infer(context, vae.scale(pixels), noise);
  const reconstruction = mean(inference.reconstruction);
  const klPerDimension = mean(inference.klPerDimension, [0]);
  const kl = sum(klPerDimension);
  const { loss, terms } = objective.loss({ inference, reconstruction, klPerDimension, kl, context, scalar });
  return {
    loss,
    terms: { loss, reconstruction, kl, negativeElbo: add(reconstruction, kl), klPerDimension, ...terms },
  };
}

/** Backward pass and optimiser: what every state tensor is after the step. */
function update(
  context: StateContext,
  loss: Tensor,
  optimizer: OptimizerOptions,
  scalar: (name: string) => Tensor,
): Map<string, Tensor> {
  const parameters = [...context.specs.values()].filter(({ kind }) => kind === "parameter");
  const current = context.tensors();
  const raw = gradients(
    loss,
    parameters.map(({ name }) => current.get(name)!),
  );
  const clipped = optimizer.clipNorm === undefined ? raw : clipGlobalNorm(raw, optimizer.clipNorm);
  const scalars = { stepSize: scalar("stepSize"), epsilon: scalar("epsilon") };
  const next = new Map<string, Tensor>();
  scope("adam", () => {
    for (const [i, spec] of parameters.entries()) {
      const parameter = current.get(spec.name)!;
      const moments = adamState(spec);
      const result = adam(
        parameter,
        decayWeights(parameter, clipped[i]!, optimizer.weightDecay),
        { first: context.state(moments.first), second: context.state(moments.second) },
        optimizer,
        scalars,
      );
      next.set(spec.name, result.parameter);
      next.set(moments.first.name, result.first);
      next.set(moments.second.name, result.second);
    }
  });
  // Buffers that no one updated stay as they are.
  for (const [name, tensor] of context.tensors()) {
    if (!next.has(name)) next.set(name, context.updates.get(name) ?? tensor);
  }
  return next;
}
