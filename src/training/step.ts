/**
 * The training step as a graph: forward pass, gradients and optimiser update of one step, unrolled so that
 * one call to the runtime takes several. State goes in and comes out once per call; the terms that are only
 * looked at are computed for the last step alone.
 */

import {
  add,
  concatenate,
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
import type { Vae } from "../models/index.ts";
import { type Chain, StateContext, type StateSpec } from "../nn/index.ts";
import {
  type BuiltObjective,
  modelGroup,
  type ObjectiveResult,
  type RandomDraw,
} from "../objectives/index.ts";
import { drawInput, nextState, termOutput } from "./names.ts";
import { PACKED, pack } from "./packing.ts";

export interface StepOptions {
  readonly vae: Vae;
  readonly objective: BuiltObjective;
  /** Of every group that has none of its own. */
  readonly optimizer: Chain;
  readonly batchSize: number;
  /** Images in the training set, where the objective asks for it (default: a batch). */
  readonly dataSize?: number;
  /** Steps per call. */
  readonly unroll: number;
  /** The groups of parameters that are updated; default: all. */
  readonly groups?: readonly string[] | undefined;
  /** Also gives the loss of every step, not the last one's alone. */
  readonly everyLoss?: boolean;
  /** Parameters of at most this many elements are updated as one tensor: a matter of speed alone. */
  readonly packed?: number | undefined;
}

export interface StepProgram {
  /**
   * Inputs: the state by name; `pixels`, uint8 `[unroll·batch, height, width, channel]`; `label`, one-hot
   * `[unroll·batch, classes]`, of a conditional model; `noise`, standard normal `[unroll·samples·batch, latent]`;
   * each draw, by its `drawInput`, unrolled along its first axis; `scalars`, `[unroll, scalarNames.length]`.
   * Outputs: the `nextState` of each state tensor that changes; the `termOutput` of each term of the last step;
   * `losses`, `[unroll]`, when every loss was asked for.
   */
  readonly program: Program;
  /** The state as the program takes it. With all groups updated, its members are everything that a checkpoint holds. */
  readonly state: readonly StateSpec[];
  readonly scalarNames: readonly string[];
  /** What the objective draws at every step. */
  readonly draws: readonly RandomDraw[];
  /** Where state begins that depends on the first batch, by name; these take what the program takes. */
  readonly starts: Readonly<Record<string, Tensor>>;
}

/** How the scalars of a group's optimiser are called in the feed. */
export function optimizerScalar(group: string, name: string): string {
  return `optimizer.${group}.${name}`;
}

export function optimizerOf(
  { objective, optimizer }: Pick<StepOptions, "objective" | "optimizer">,
  group: string,
): Chain {
  return objective.groups?.find(({ name }) => name === group)?.optimizer ?? optimizer;
}

/** All groups of an objective, the model's own first. */
export function groupNames({ groups = [] }: BuiltObjective): string[] {
  return [modelGroup, ...groups.map(({ name }) => name)];
}

export function trainingProgram(options: StepOptions): StepProgram {
  const { vae, objective, batchSize, unroll, groups = groupNames(objective), everyLoss = false } = options;
  const { height, width, channels } = vae.image;
  const pixels = input("pixels", [unroll * batchSize, height, width, channels], "uint8");
  const label = vae.labelInput(unroll * batchSize);
  const noise = input("noise", [unroll * (objective.samples ?? 1) * batchSize, vae.latentDim]);
  const scalarNames = scalarNamesOf(options, groups);
  const scalars = input("scalars", [unroll, scalarNames.length]);
  const inRow = reshape(scalars, [unroll * scalarNames.length]);
  const draws = new Map<string, { draw: RandomDraw; tensor: Tensor }>();

  let tensors: Map<string, Tensor> = new Map();
  let state: Map<string, StateSpec> = new Map();
  let inputs: Map<string, Tensor> = new Map();
  let terms: Record<string, Tensor> = {};
  let starts: Record<string, Tensor> = {};
  const losses: Tensor[] = [];
  for (let step = 0; step < unroll; step++) {
    const rows = (x: Tensor) => {
      const size = (x.shape[0] as number) / unroll;
      return unroll === 1 ? x : slice(x, 0, step * size, (step + 1) * size);
    };
    const scalar = (name: string) => {
      const column = scalarNames.indexOf(name);
      if (column < 0) throw new Error(`internal: no scalar "${name}"`);
      const at = step * scalarNames.length + column;
      return reshape(slice(inRow, 0, at, at + 1), []);
    };
    const random = (draw: RandomDraw) => {
      const { name, kind, shape } = draw;
      const unrolled = [unroll * shape[0], ...shape.slice(1)];
      const dtype = kind === "permutation" ? "int32" : "float32";
      const known = draws.get(name) ?? { draw, tensor: input(drawInput.of(name), unrolled, dtype) };
      draws.set(name, known);
      return rows(known.tensor);
    };
    const context = new StateContext("train", tensors, scalar);
    const forward = scope(unroll === 1 ? "step" : `step${step}`, () => {
      const feeds = { pixels: rows(pixels), label: label && rows(label), noise: rows(noise), scalar, random };
      const built = elbo(options, context, feeds);
      const derivatives = derivativesOf(context, built.result, options, groups);
      return { ...built, updated: update(context, derivatives, options, groups, scalar) };
    });
    if (step === 0) {
      state = new Map(context.specs);
      inputs = context.tensors();
      starts = Object.fromEntries(context.starts);
    }
    tensors = forward.updated;
    terms = forward.terms;
    losses.push(reshape(forward.result.loss, [1]));
  }
  const outputs: Record<string, Tensor> = {};
  for (const [name, tensor] of tensors) {
    if (tensor !== inputs.get(name)) outputs[nextState.of(name)] = tensor;
  }
  for (const [name, tensor] of Object.entries(terms)) outputs[termOutput.of(name)] = tensor;
  if (everyLoss) outputs.losses = concatenate(losses, 0);
  const drawn = [...draws.values()];
  return {
    program: {
      name: unroll === 1 ? "trainingStep" : `${unroll}TrainingSteps`,
      inputs: [
        ...inputs.values(),
        pixels,
        ...(label === undefined ? [] : [label]),
        noise,
        ...drawn.map(({ tensor }) => tensor),
        scalars,
      ],
      outputs,
    },
    state: [...state.values()],
    scalarNames,
    draws: drawn.map(({ draw }) => draw),
    starts,
  };
}

/** The columns of the fed `scalars`. */
export function scalarNamesOf(options: StepOptions, groups: readonly string[]): string[] {
  const own = groups.map((group) =>
    optimizerOf(options, group).scalarNames.map((name) => optimizerScalar(group, name)),
  );
  return [...own.flat(), ...Object.keys(allScalars(options))];
}

/** Every number of the objective and the likelihood that follows a schedule. */
export function allScalars({ vae, objective }: Pick<StepOptions, "vae" | "objective">) {
  return { ...objective.scalars, ...vae.decoding.scalars };
}

/** What one step is fed. */
export interface StepFeeds {
  readonly pixels: Tensor;
  readonly label?: Tensor | undefined;
  readonly noise: Tensor;
  scalar(name: string): Tensor;
  random(draw: RandomDraw): Tensor;
}

/** Forward pass: the losses and every term that is logged, means over the batch in nats per image. */
export function elbo(
  { vae, objective, batchSize, dataSize = batchSize }: Omit<StepOptions, "optimizer" | "unroll">,
  context: StateContext,
  { pixels, label, noise, scalar, random }: StepFeeds,
): { result: ObjectiveResult; terms: Record<string, Tensor> } {
  const inference = vae.infer(context, vae.scale(pixels), noise, label);
  const reconstruction = mean(inference.reconstruction);
  const klPerDimension = mean(inference.klPerDimension, [0]);
  const kl = sum(klPerDimension);
  const result = objective.loss({
    inference,
    reconstruction,
    klPerDimension,
    kl,
    context,
    batchSize,
    dataSize,
    scalar,
    random,
  });
  const negativeElbo = add(reconstruction, kl);
  const notes = Object.fromEntries([...context.notes].map(([name, { value }]) => [name, value]));
  return {
    result,
    terms: { loss: result.loss, reconstruction, kl, negativeElbo, klPerDimension, ...notes, ...result.terms },
  };
}

/** The parameters of one group, in their order. */
function parametersOf(context: StateContext, { objective }: StepOptions, group: string): StateSpec[] {
  const declared = new Set(objective.groups?.map(({ name }) => name));
  return [...context.specs.values()].filter(
    ({ kind, part }) =>
      kind === "parameter" && (part !== undefined && declared.has(part) ? part : modelGroup) === group,
  );
}

/**
 * The backward pass: each parameter's gradient, by name. One pass for each loss; its gradients go to the parameters that
 * minimise it, and to no others.
 */
export function derivativesOf(
  context: StateContext,
  { loss, losses }: ObjectiveResult,
  options: StepOptions,
  groups: readonly string[],
): Map<string, Tensor> {
  const current = context.tensors();
  const minimised = groups.map((group) => ({ group, loss: losses?.[group] ?? loss }));
  const derivatives = new Map<string, Tensor>();
  for (const one of new Set(minimised.map((each) => each.loss))) {
    const wanted = minimised
      .filter((each) => each.loss === one)
      .flatMap(({ group }) => parametersOf(context, options, group));
    const found = gradients(
      one,
      wanted.map(({ name }) => current.get(name)!),
    );
    wanted.forEach(({ name }, i) => {
      derivatives.set(name, found[i]!);
    });
  }
  return derivatives;
}

/** The optimiser: what every state tensor is after the step. */
export function update(
  context: StateContext,
  derivatives: ReadonlyMap<string, Tensor>,
  options: StepOptions,
  groups: readonly string[],
  scalar: (name: string) => Tensor,
): Map<string, Tensor> {
  const { packed = PACKED } = options;
  const current = context.tensors();
  const next = new Map<string, Tensor>();
  scope("optimizer", () => {
    for (const group of groups) {
      const own = parametersOf(context, options, group);
      if (own.length === 0) continue;
      const chain = optimizerOf(options, group);
      const scalars = new Map(
        chain.scalarNames.map((name) => [name, scalar(optimizerScalar(group, name))] as const),
      );
      const members = own.map((spec) => ({
        spec,
        parameter: current.get(spec.name)!,
        gradient: derivatives.get(spec.name)!,
      }));
      const blocks = pack(group, members, packed);
      const moved = chain.update(
        blocks,
        (spec) => context.state(spec),
        (name) => scalars.get(name)!,
      );
      let i = 0;
      for (const { parameter, state } of moved) {
        for (const [name, tensor] of [...blocks[i++]!.unpack(parameter), ...state]) next.set(name, tensor);
      }
    }
  });
  // Tensors that were not updated pass through.
  for (const [name, tensor] of context.tensors()) {
    if (!next.has(name)) next.set(name, context.updates.get(name) ?? tensor);
  }
  return next;
}
