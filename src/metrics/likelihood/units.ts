/** Which latents vary at all: active units. */

import type { SplitPosteriors } from "../../latent/index.ts";
import { RunningMean } from "./statistics.ts";

export interface ActiveUnits {
  /** Latents whose posterior mean varies at least so much: Var_x[μ_d(x)] ≥ threshold (Burda et al. 2016). */
  readonly count: number;
  readonly threshold: number;
  /** Var_x[μ_d(x)] of each latent, divided by N − 1 as the published code does. */
  readonly variances: readonly number[];
}

/** Counts active units; 0.01 is the field's threshold. */
export function activeUnits(
  { count, latentDim, mean }: Pick<SplitPosteriors, "count" | "latentDim" | "mean">,
  threshold = 0.01,
): ActiveUnits {
  const variances = Array.from({ length: latentDim }, (_, d) => {
    const values = new RunningMean();
    for (let i = 0; i < count; i++) values.add(mean[i * latentDim + d]!);
    return values.variance;
  });
  return { count: variances.filter((variance) => variance >= threshold).length, threshold, variances };
}
