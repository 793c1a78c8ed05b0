/** Ways through the latent space between given points. Pure arithmetic; decoding is the model's. */

import { BetalabError } from "../base/errors.ts";

/**
 * *linear*: a straight line. *spherical*: along the great circle, which keeps latents of about one length to the shell
 * where a high-dimensional Gaussian has its mass (Shoemake 1985; for latents White 2016, "Sampling Generative Networks").
 */
export type InterpolationKind = "linear" | "spherical";

export const interpolationKinds: readonly InterpolationKind[] = ["linear", "spherical"];

/** The point at `t` (0: `from`, 1: `to`) between two latents. */
export function interpolate(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  t: number,
  kind: InterpolationKind,
): Float32Array {
  const [a, b] = kind === "linear" ? [1 - t, t] : sphericalWeights(from, to, t);
  return Float32Array.from({ length: from.length }, (_, i) => a * from[i]! + b * to[i]!);
}

/**
 * sin((1−t)Ω)/sin Ω and sin(tΩ)/sin Ω, with Ω the angle between the two. Where the direction is not defined (a zero
 * vector, opposite vectors) or the vectors are nearly parallel, the straight line's.
 */
function sphericalWeights(from: ArrayLike<number>, to: ArrayLike<number>, t: number): [number, number] {
  let [dot, fromSquare, toSquare] = [0, 0, 0];
  for (let i = 0; i < from.length; i++) {
    dot += from[i]! * to[i]!;
    fromSquare += from[i]! ** 2;
    toSquare += to[i]! ** 2;
  }
  const cosine = Math.min(1, Math.max(-1, dot / Math.sqrt(fromSquare * toSquare)));
  const angle = Math.acos(cosine);
  const sine = Math.sin(angle);
  if (!(sine > 1e-6)) return [1 - t, t];
  return [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}

/** `steps` latents from `from` to `to`, both included: `[steps, latent]`. Throws "shape" for fewer than 2 steps. */
export function interpolationPath(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  steps: number,
  kind: InterpolationKind,
): Float32Array {
  if (!Number.isInteger(steps) || steps < 2) {
    throw new BetalabError("shape", `an interpolation has at least 2 steps, not ${steps}`);
  }
  const path = new Float32Array(steps * from.length);
  for (let i = 0; i < steps; i++) path.set(interpolate(from, to, i / (steps - 1), kind), i * from.length);
  return path;
}

/** Four latents at the corners of a grid. */
export interface Corners {
  readonly topLeft: ArrayLike<number>;
  readonly topRight: ArrayLike<number>;
  readonly bottomLeft: ArrayLike<number>;
  readonly bottomRight: ArrayLike<number>;
}

/** A grid between four corners, interpolated down the sides and then across: `[rows, columns, latent]`. */
export function interpolationGrid(
  { topLeft, topRight, bottomLeft, bottomRight }: Corners,
  rows: number,
  columns: number,
  kind: InterpolationKind,
): Float32Array {
  const latent = topLeft.length;
  const left = interpolationPath(topLeft, bottomLeft, rows, kind);
  const right = interpolationPath(topRight, bottomRight, rows, kind);
  const grid = new Float32Array(rows * columns * latent);
  for (let row = 0; row < rows; row++) {
    const at = row * latent;
    const across = interpolationPath(
      left.subarray(at, at + latent),
      right.subarray(at, at + latent),
      columns,
      kind,
    );
    grid.set(across, row * columns * latent);
  }
  return grid;
}
