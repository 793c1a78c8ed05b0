/** Which latents vary at all: active units. */

import { activityThreshold, isActiveUnit, type SplitPosteriors } from "../../latent/index.ts";
import type { EvaluationRecord } from "../../runs/web.ts";
import { RunningMean } from "./statistics.ts";

/** Counts latents with Var_x[μ_d(x)] ≥ 0.01 (Burda et al. 2016). */
export function activeUnits({
  count,
  latentDim,
  mean,
}: Pick<SplitPosteriors, "count" | "latentDim" | "mean">): EvaluationRecord["activeUnits"] {
  const variances = Array.from({ length: latentDim }, (_, d) => {
    const values = new RunningMean();
    for (let i = 0; i < count; i++) values.add(mean[i * latentDim + d]!);
    return values.variance;
  });
  return { count: variances.filter(isActiveUnit).length, threshold: activityThreshold, variances };
}
