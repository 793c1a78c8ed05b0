/** What must hold of the numbers whatever the model is. A broken one means a bug in us, not a bad model. */

import { formatFixed, latentLabel } from "../../base/format.ts";
import { studentQuantile } from "../../base/probabilities.ts";
import type { EvaluationRecord } from "../../runs/web.ts";
import type { Decomposition } from "./aggregate.ts";
import type { ImportanceEstimate } from "./importance.ts";
import type { Estimate } from "./statistics.ts";

export type Invariant = EvaluationRecord["invariants"][number];

/** The luck that may explain a mean: with some hundred statements, once in ten thousand evaluations; five standard errors of many draws. */
const LUCK = 2.9e-7;
/** Nats that float32 may explain. */
const ROUNDING = 1e-3;

/**
 * MI ≤ ln N (exactly: q(z) ≥ q(z|x)/N at every draw); the three terms sum to the analytic KL; no divergence is
 * negative, beyond the luck of the draws.
 */
export function decompositionInvariants(decomposition: Decomposition): Invariant[] {
  const { mutualInformation: mi, totalCorrelation: tc, dimensionwiseKl, sum, kl, difference } = decomposition;
  const bound = Math.log(decomposition.images);
  const lowest = decomposition.dimensionwiseKlPerDimension.reduce(
    (worst, one, d) => (excess(one) < excess(worst.estimate) ? { d, estimate: one } : worst),
    { d: 0, estimate: decomposition.dimensionwiseKlPerDimension[0]! },
  );
  const luck = tolerance(difference) + ROUNDING * Math.max(1, Math.abs(kl));
  return [
    { statement: `MI ${show(mi)} ≤ ln N ${formatFixed(bound, 3)}`, holds: mi.mean <= bound + ROUNDING },
    nonNegative("MI", mi),
    nonNegative("TC", tc),
    nonNegative(`KL_d (lowest: ${latentLabel(lowest.d)})`, lowest.estimate),
    {
      statement: `MI + TC + Σ KL_d ${formatFixed(mi.mean + tc.mean + dimensionwiseKl.mean, 3)} = KL ${formatFixed(kl, 3)} ± ${luck.toFixed(3)}`,
      holds:
        Math.abs(difference.mean) <= luck &&
        Math.abs(mi.mean + tc.mean + dimensionwiseKl.mean - sum.mean) <= ROUNDING * Math.max(1, Math.abs(kl)),
    },
  ];
}

/** ln (mean w) ≥ mean (ln w): more samples never loosen the bound, beyond the luck of incomplete groups. */
export function importanceInvariants({ bySamples }: ImportanceEstimate): Invariant[] {
  return bySamples.slice(1).map(({ samples, negativeLogLikelihood: tighter }, i) => {
    const { samples: fewer, negativeLogLikelihood: looser } = bySamples[i]!;
    // Where groups nest, the inequality holds image by image; otherwise their means are over other samples.
    const slack = samples % fewer === 0 ? ROUNDING * Math.max(1, Math.abs(looser.mean)) : tolerance(looser);
    return {
      statement: `NLL with ${samples} samples ${formatFixed(tighter.mean, 3)} ≤ with ${fewer} ${formatFixed(looser.mean, 3)}`,
      holds: tighter.mean <= looser.mean + slack,
    };
  });
}

function nonNegative(name: string, estimate: Estimate): Invariant {
  return { statement: `${name} ${show(estimate)} ≥ 0`, holds: excess(estimate) >= 0 };
}

/** How far above the lowest value that luck and rounding allow for something that is zero. */
function excess(estimate: Estimate): number {
  return estimate.mean + tolerance(estimate) + ROUNDING;
}

/** By Student's t: a standard error of few draws is uncertain itself. With a single draw nothing is known of the luck. */
function tolerance({ standardError, count }: Estimate): number {
  if (Number.isNaN(standardError)) return Number.POSITIVE_INFINITY;
  return studentQuantile(1 - LUCK, count - 1) * standardError;
}

function show({ mean, standardError }: Estimate): string {
  return Number.isNaN(standardError)
    ? formatFixed(mean, 3)
    : `${formatFixed(mean, 3)} ± ${standardError.toFixed(3)}`;
}
