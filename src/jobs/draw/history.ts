/** What a run has logged, as curves over training steps, and what people call the terms. */

import type { LoggedCurve } from "../../figures/node.ts";
import type { MetricRecord, RunDirectory } from "../../runs/index.ts";

/** Records carry these beside their terms. */
const notTerms = new Set(["step", "epoch", "images"]);

/** Terms that have a name of their own in the log, and the units of those that are not in nats. */
const known: Readonly<Record<string, { readonly name: string; readonly unit?: string }>> = {
  loss: { name: "objective", unit: "nats/image" },
  negativeElbo: { name: "−ELBO (β = 1)", unit: "nats/image" },
  kl: { name: "KL", unit: "nats/image" },
  beta: { name: "β" },
  learningRate: { name: "learning rate" },
  imagesPerSecond: { name: "speed", unit: "images/s" },
};

/** What people call a term, and its unit. */
export const describeTerm = (term: string): { readonly name: string; readonly unit?: string } =>
  known[term] ?? { name: term, unit: "nats/image" };

/** Every logged number of a run, by term and split. */
export function curvesOf(run: RunDirectory, name: string): LoggedCurve[] {
  const found = new Map<string, { split: "train" | "heldOut"; term: string; points: [number, number][] }>();
  for (const record of run.metrics.read()) {
    const split = record.split === "heldOut" ? "heldOut" : "train";
    for (const [term, value] of Object.entries(record)) {
      if (typeof value !== "number" || notTerms.has(term)) continue;
      const key = `${term} ${split}`;
      const curve = found.get(key) ?? { split, term, points: [] };
      curve.points.push([record.step, value]);
      found.set(key, curve);
    }
  }
  return [...found.values()].map((curve) => ({
    run: name,
    ...curve,
    unit: describeTerm(curve.term).unit,
  }));
}

/** KL of each latent as logged, in nats per image: `[records][latent]`, held-out where measured, else on batches. */
export function klHistory(
  records: readonly MetricRecord[],
  latentDim: number,
): { steps: number[]; kl: number[][] } {
  const usable = records.filter(({ klPerDimension: kl }) => Array.isArray(kl) && kl.length === latentDim);
  const heldOut = usable.filter(({ split }) => split === "heldOut");
  const shown = heldOut.length > 0 ? heldOut : usable;
  return {
    steps: shown.map(({ step }) => step),
    kl: shown.map((record) => record.klPerDimension as number[]),
  };
}
