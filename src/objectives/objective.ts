/**
 * What an objective is: how the terms of the ELBO become the number that is minimised. It never sees layers,
 * likelihoods or the optimiser. Scalars that may follow a schedule are fed at every step, so changing one
 * never recompiles the graph; anything else that changes while training is a buffer of the context, and so is
 * in every checkpoint.
 */

import type { z } from "zod";
import type { Tensor } from "../graph/index.ts";
import type { Inference } from "../models/index.ts";
import type { Context } from "../nn/index.ts";
import type { Schedule } from "./schedules.ts";

export interface ObjectiveInputs {
  readonly inference: Inference;
  /** −ln p(x|z), mean over the batch, in nats per image: a scalar. */
  readonly reconstruction: Tensor;
  /** Mean over the batch, in nats: `[latent]`. */
  readonly klPerDimension: Tensor;
  /** The sum of those: a scalar. */
  readonly kl: Tensor;
  /** For state that changes while training (`context.buffer`, `context.updateBuffer`). */
  readonly context: Context;
  /** This step's value of one of the objective's scalars. */
  scalar(name: string): Tensor;
}

export interface ObjectiveResult {
  /** What is minimised: a scalar. */
  readonly loss: Tensor;
  /** Scalars worth logging beside reconstruction and KL. */
  readonly terms?: Readonly<Record<string, Tensor>>;
}

export interface Objective<S extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly summary: string;
  /** Its keys in the config's `objective` section, beside `kind`. */
  readonly options: S;
  create(options: z.output<S>): BuiltObjective;
}

export interface BuiltObjective {
  /** The scalars that are fed at every step, and how they go. */
  readonly scalars: Readonly<Record<string, Schedule>>;
  loss(inputs: ObjectiveInputs): ObjectiveResult;
}

export function objective<S extends z.ZodObject>(definition: Objective<S>): Objective<S> {
  return definition;
}
