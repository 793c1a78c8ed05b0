/** Which latents vary at all: active units. */

import type { SplitPosteriors } from "../../latent/index.ts";
import type { EvaluationRecord } from "../../runs/web.ts";
import { RunningMean } from "./statistics.ts";

/** Counts latents with Var_x[μ_d(x)] ≥ threshold (Burda et al. 2016); 0.01 is the field's. */
export function activeUnits(
  { count, latentDim, mean }: Pick<SplitPosteriors, "count" | "latentDim" | "mean">,
  threshold = 0.01,
): EvaluationRecord["activeUnits"] {
  const variances = Array.from({ length: latentDim }, (_, d) => {
    const values = new RunningMean();
    for (let i = 0; i < count; i++) values.add(mean[i * latentDim + d]!);
    return values.variance;
  });
  return { count: variances.filter((variance) => variance >= threshold).length, threshold, variances };
}
