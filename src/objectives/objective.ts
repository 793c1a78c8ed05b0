/**
 * What an objective is: how the terms of the ELBO become the number that is minimised. It never sees layers,
 * likelihoods or the optimiser, and whoever trains it never asks for its name: all that it needs beside a loss
 * it declares here, as data. Scalars that may follow a schedule are fed at every step, so changing one never
 * recompiles the graph; anything else that changes while training is a buffer of the context, and so is in
 * every checkpoint.
 */

import type { z } from "zod";
import type { Definition } from "../base/definitions.ts";
import type { Tensor } from "../graph/index.ts";
import type { Inference } from "../models/index.ts";
import type { Chain, Context, Schedule } from "../nn/index.ts";
import type { Routine } from "./routine.ts";

export interface ObjectiveInputs {
  readonly inference: Inference;
  /** −ln p(x|z), mean over the batch, in nats per image: a scalar. */
  readonly reconstruction: Tensor;
  /** Mean over the batch, in nats: `[latent]`. */
  readonly klPerDimension: Tensor;
  /** The sum of those: a scalar. */
  readonly kl: Tensor;
  /** For parameters of its own and for state that changes (`context.buffer`, `context.updateBuffer`). */
  readonly context: Context;
  /** Images in a batch. */
  readonly batchSize: number;
  /** Images in the training set, N. */
  readonly dataSize: number;
  /** This step's value of one of the objective's scalars. */
  scalar(name: string): Tensor;
  /** Random numbers of the objective's own, drawn anew at every step from the run's seed. */
  random(draw: RandomDraw): Tensor;
}

/** What is drawn; the name chooses the stream, and must be the objective's only one of it. */
export interface RandomDraw {
  readonly name: string;
  /**
   * "normal": standard normals. "permutation": int32; each column of the `[count, columns]` is a permutation of
   * 0…count−1 of its own.
   */
  readonly kind: "normal" | "permutation";
  readonly shape: readonly [number, ...number[]];
}

export interface ObjectiveResult {
  /** What is minimised: a scalar. */
  readonly loss: Tensor;
  /** What groups of parameters minimise instead, by the group's name. */
  readonly losses?: Readonly<Record<string, Tensor>>;
  /** Scalars, or vectors over the latents, worth logging beside reconstruction and KL. */
  readonly terms?: Readonly<Record<string, Tensor>>;
}

/**
 * Parameters with a loss or an optimiser of their own: those made in the part of the model that has the group's name
 * (`Context.within`). Gradients of a group's loss are taken for the group's parameters alone: no other gradient can
 * reach them, and its loss reaches no others.
 */
export interface ParameterGroup {
  readonly name: string;
  /** Default: the run's optimiser. */
  readonly optimizer?: Chain;
}

/** The config's section `objective` names it as `kind`, beside its options. */
export interface Objective<Name extends string = string, Options extends z.ZodObject = z.ZodObject>
  extends Definition<Name, Options> {
  create(options: z.output<Options>): BuiltObjective;
}

export interface BuiltObjective {
  /** The scalars that are fed at every step, and how they go. */
  readonly scalars: Readonly<Record<string, Schedule>>;
  /** What multiplies the KL, where it is one number: β. */
  readonly beta?: Schedule;
  /** Latents drawn for each image (default 1). */
  readonly samples?: number;
  /** The smallest batch that the loss is defined for (default 1). */
  readonly leastBatch?: number;
  /** The loss is a mean over images of what each has by itself: gradients of a batch's parts add up to the batch's. */
  readonly perImage?: boolean;
  /** Its terms are known for the prior N(0, I) alone: why, to end "…, which ". */
  readonly standardPriorOnly?: string;
  /** The encoder and the decoder are given the label of each image. */
  readonly conditional?: boolean;
  /** Parameters that are in no group of these make up the group "model". */
  readonly groups?: readonly ParameterGroup[];
  /** How a step goes, where it is not one update of all groups. */
  readonly routine?: Routine;
  loss(inputs: ObjectiveInputs): ObjectiveResult;
}

/** The group of all parameters that are in no other. */
export const modelGroup = "model";

/** Keeps the exact types of name and options, from which a config's are made. */
export function objective<const Name extends string, Options extends z.ZodObject>(
  definition: Objective<Name, Options>,
): Objective<Name, Options> {
  return definition;
}
