/** Step 9: where each image lies. */

/** The two latents whose posterior means vary most, the larger first; `means` is `[count, latents]`. */
export function widest(means: Float32Array, latents: number): [number, number] {
  //#region yours
  const count = means.length / latents;
  const variance = (d: number): number => {
    const values = Array.from({ length: count }, (_, i) => means[i * latents + d]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  };
  const order = Array.from({ length: latents }, (_, d) => d).sort((a, b) => variance(b) - variance(a));
  return [order[0]!, order[1]!];
  //#endregion
}
