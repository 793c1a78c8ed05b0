/**
 * The plane of two latent dimensions as a grid: prior quantiles along both, so that each cell has the same
 * probability (Kingma & Welling 2014, figure 4).
 */

import { BetalabError } from "../base/errors.ts";
import { type PriorMixture, priorQuantiles } from "./prior.ts";
import { checkDimension } from "./traverse.ts";

export interface ManifoldGrid {
  /** Row-major `[size, size, latent]`; the first row has the largest value of `y`, as in a chart. */
  readonly latents: Float32Array;
  /** From left to right; from bottom to top. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * @param start values of the other dimensions: `[latent]`
 * @param tail probability outside the grid on each side
 * @throws BetalabError "usage" when a dimension doesn't exist or the two are one.
 */
export function manifoldGrid(
  start: ArrayLike<number>,
  dimensions: readonly [x: number, y: number],
  size: number,
  tail = 0.01,
  prior?: PriorMixture | undefined,
): ManifoldGrid {
  const latent = start.length;
  for (const dimension of dimensions) checkDimension(dimension, latent);
  if (dimensions[0] === dimensions[1]) {
    throw new BetalabError("usage", `a plane has two dimensions, not ${dimensions[0]} twice`);
  }
  const [x, y] = dimensions.map((dimension) => priorQuantiles(size, tail, dimension, prior)) as [
    number[],
    number[],
  ];
  const latents = new Float32Array(size * size * latent);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = (row * size + column) * latent;
      latents.set(start, at);
      latents[at + dimensions[0]] = x[column]!;
      latents[at + dimensions[1]] = y[size - 1 - row]!;
    }
  }
  return { latents, x, y };
}
