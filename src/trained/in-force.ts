/** What a trained model's likelihood stands at: a learned σ as a number, for exports and records. */

import { interpret, type Value } from "../graph/index.ts";
import { weighingProgram } from "../latent/index.ts";
import type { Vae } from "../models/index.ts";
import type { State } from "../training/index.ts";

export interface InForce {
  readonly value: number;
  /** What the number is, with its unit. */
  readonly unit: string;
}

/** By name: `sigma` of a Gaussian, `scale` of a Laplace or logistic distribution; none for the others. */
export function likelihoodInForce({
  vae,
  state,
}: {
  readonly vae: Vae;
  readonly state: State;
}): Record<string, InForce> {
  const { program, notes } = weighingProgram(vae);
  const tensors = Object.fromEntries([...notes].map(([name, { value }]) => [name, value]));
  const values = interpret(tensors, state.feeds(program) as Record<string, Value>);
  return Object.fromEntries(
    [...notes].map(([name, { unit }]) => [name, { value: Number(values[name]!.data[0]), unit }]),
  );
}
