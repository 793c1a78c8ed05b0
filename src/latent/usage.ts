/** How much the decoder listens to each latent: norms of the weights that first meet it. */

import type { Vae } from "../models/index.ts";
import type { State } from "../training/index.ts";
import { decoderProgram } from "./programs.ts";

/**
 * Euclidean norm of each latent's column in the decoder's first weights: `[latentDim]`. A latent that the decoder
 * ignores has a norm near zero.
 *
 * @returns with the weights' name; `undefined` when no weight of the decoder has one column per latent.
 */
export function decoderWeightNorms(
  vae: Vae,
  state: State,
): { readonly name: string; readonly norms: Float64Array } | undefined {
  // In the order in which the decoder asks for them: the first is the one that takes the latents.
  // After the latents a conditional model has a column for each class.
  const columns = vae.latentDim + (vae.classes?.length ?? 0);
  const spec = decoderProgram(vae).weights.find(
    ({ shape, kind }) => kind === "parameter" && shape.length >= 2 && shape[1] === columns,
  );
  if (spec === undefined) return undefined;
  const norms = columnNorms(state.get(spec.name), spec.shape);
  return { name: spec.name, norms: norms.slice(0, vae.latentDim) };
}

/** Norms over all axes but the second, of PyTorch's layout `[out, in, …]`. */
export function columnNorms(weights: Float32Array, shape: readonly number[]): Float64Array {
  const columns = shape[1]!;
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  const norms = new Float64Array(columns);
  for (let i = 0; i < weights.length; i++) norms[Math.floor(i / inner) % columns]! += weights[i]! ** 2;
  return norms.map(Math.sqrt);
}
