/** Step 8: the way from one image to another. */

/** `steps` latents on the straight line from `from` to `to`, both of them included: `[steps, latents]`. */
export function transition(from: Float32Array, to: Float32Array, steps: number): Float32Array {
  const latents = from.length;
  //#region yours
  const path = new Float32Array(steps * latents);
  for (let step = 0; step < steps; step++) {
    const t = step / (steps - 1);
    for (let d = 0; d < latents; d++) path[step * latents + d] = (1 - t) * from[d]! + t * to[d]!;
  }
  return path;
  //#endregion
}
