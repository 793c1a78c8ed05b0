/** Step 7: new images, from nothing but noise. */

/** Latents for `count` new images, `[count, latents]`; `normal()` draws a number from N(0, 1). */
export function priorDraws(count: number, latents: number, normal: () => number): Float32Array {
  //#region yours
  return Float32Array.from({ length: count * latents }, normal);
  //#endregion
}
