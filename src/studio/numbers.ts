/** The numbers of a run that a table shows, and what each of them is. */

import { UNUSED_NATS } from "../base/unused.ts";
import { type MetricRecord, newestResults, readEvaluation, readMetrics } from "../runs/index.ts";
import type { MeasureInfo } from "./protocol.ts";
import { readable } from "./refused.ts";

const heldOut = "all held-out images, one latent sample of each, at the end of the last epoch";
const evaluated = "by `evaluate`, of the newest weights";

/** Those that every run may have, in the order of columns; metrics of the latents follow. */
export const measures: Readonly<Record<string, MeasureInfo>> = {
  negativeElbo: {
    label: "−ELBO",
    unit: "nats/image",
    better: "lower",
    definition: `reconstruction + KL at β = 1: ${heldOut}`,
  },
  reconstruction: {
    label: "reconstruction",
    unit: "nats/image",
    better: "lower",
    definition: `−ln p(x|z): ${heldOut}`,
  },
  kl: {
    label: "KL",
    unit: "nats/image",
    definition: "KL(q(z|x) ‖ p(z)), analytic: all held-out images, at the end of the last epoch",
  },
  usedLatents: {
    label: "used latents",
    definition: `latents with a KL of at least ${UNUSED_NATS} nats per held-out image`,
  },
  activeUnits: {
    label: "active units",
    definition: `latents whose posterior mean varies (Burda et al. 2016), ${evaluated}`,
  },
  negativeLogLikelihood: {
    label: "NLL",
    unit: "nats/image",
    better: "lower",
    definition: `−ln p(x) by importance sampling, ${evaluated}`,
  },
  mutualInformation: {
    label: "MI",
    unit: "nats",
    definition: `I_q(x; z) over the training images, ${evaluated}`,
  },
  totalCorrelation: {
    label: "TC",
    unit: "nats",
    definition: `KL(q(z) ‖ Π q(z_d)) over the training images, ${evaluated}`,
  },
};

/** Of the last held-out record. */
export function trainingNumbers(last: MetricRecord | undefined): Record<string, number> {
  const kl = last?.klPerDimension;
  const used = Array.isArray(kl) && kl.filter((nats) => nats >= UNUSED_NATS).length;
  return {
    ...Object.fromEntries(
      ["negativeElbo", "reconstruction", "kl"].flatMap((key) =>
        typeof last?.[key] === "number" ? [[key, last[key]]] : [],
      ),
    ),
    ...(used !== false && { usedLatents: used }),
  };
}

/** What was measured of the weights at `step` (or of any); what is of older weights, or can't be read, is left out. */
export function evaluatedNumbers(run: string, step: number | undefined): Record<string, number> {
  const evaluation = readable(() => readEvaluation(run));
  if (evaluation === undefined || !isOf(evaluation, step)) return {};
  const { activeUnits, importance, decomposition } = evaluation;
  return {
    activeUnits: activeUnits.count,
    negativeLogLikelihood: importance.negativeLogLikelihood.mean,
    mutualInformation: decomposition.mutualInformation.mean,
    totalCorrelation: decomposition.totalCorrelation.mean,
  };
}

/** The metrics of the latents of the weights at `step`, and what they are. */
export function latentNumbers(
  run: string,
  step: number | undefined,
): { readonly numbers: Record<string, number>; readonly measures: Record<string, MeasureInfo> } {
  const record = readable(() => readMetrics(run));
  const results = record !== undefined && isOf(record, step) ? newestResults(record) : [];
  return {
    numbers: Object.fromEntries(results.map(({ metric, score }) => [`metric:${metric}`, score])),
    measures: Object.fromEntries(
      results.map(({ metric, better, unit, definition }) => [
        `metric:${metric}`,
        { label: metric, better, definition, ...(unit === "nats" && { unit }) },
      ]),
    ),
  };
}

const isOf = (
  { checkpoint }: { readonly checkpoint: { readonly step: number } },
  step: number | undefined,
): boolean => step === undefined || checkpoint.step === step;
