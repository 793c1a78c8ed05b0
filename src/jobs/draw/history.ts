/** What a run has logged, as curves over training steps, and what people call the terms. */

import { latentLabel } from "../../base/format.ts";
import { type Chart, heatmap, type LoggedCurve } from "../../figures/node.ts";
import type { MetricRecord, RunDirectory } from "../../runs/index.ts";

/** Records carry these beside their terms. */
const notTerms = new Set(["step", "epoch", "images"]);

interface Term {
  readonly name: string;
  readonly unit?: string;
  /** A number that is set and not measured: between two lines of the log it doesn't move evenly. */
  readonly set?: boolean;
}

/** Terms that have a name of their own, or another unit than nats per image; none is that of a pure number. */
const known: Readonly<Record<string, Term>> = {
  loss: { name: "objective", unit: "nats/image" },
  negativeElbo: { name: "−ELBO (β = 1)", unit: "nats/image" },
  kl: { name: "KL", unit: "nats/image" },
  beta: { name: "β", set: true },
  learningRate: { name: "learning rate", set: true },
  imagesPerSecond: { name: "speed", unit: "images/s" },
  sigma: { name: "σ", unit: "pixels in [0, 1]" },
  scale: { name: "scale", unit: "pixels in [0, 1]" },
  mmd: { name: "MMD²" },
  covariance: { name: "Σ Cov²" },
  variance: { name: "Σ (Var − 1)²" },
  innerUpdates: { name: "inner updates" },
};

export const describeTerm = (term: string): Term => known[term] ?? { name: term, unit: "nats/image" };

/** The numbers of a record that are terms, with their names. */
export const termsOf = (record: MetricRecord): [string, number][] =>
  Object.entries(record).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && !notTerms.has(entry[0]),
  );

/** Every logged number of a run, by term and split. */
export function curvesOf(run: RunDirectory, name: string): LoggedCurve[] {
  const found = new Map<string, { split: "train" | "heldOut"; term: string; points: [number, number][] }>();
  for (const record of run.metrics.read()) {
    const split = record.split === "heldOut" ? "heldOut" : "train";
    for (const [term, value] of termsOf(record)) {
      const key = `${term} ${split}`;
      const curve = found.get(key) ?? { split, term, points: [] };
      curve.points.push([record.step, value]);
      found.set(key, curve);
    }
  }
  return [...found.values()].map((curve) => {
    const { unit, set } = describeTerm(curve.term);
    return { run: name, ...curve, unit, steps: set };
  });
}

/** A term of each latent that is drawn as a heat map over training. */
export interface LatentHistory {
  readonly name: string;
  readonly term: string;
  readonly title: string;
  readonly color: Parameters<typeof heatmap>[0]["color"];
}

export const latentHistories: readonly LatentHistory[] = [
  {
    name: "over-training",
    term: "klPerDimension",
    title: "KL of each latent over training",
    color: { label: "KL (nats)" },
  },
  {
    name: "gamma-over-training",
    term: "gamma",
    title: "Weight γ of each latent’s KL over training (soft free bits)",
    color: { label: "γ", domain: [0, 1] },
  },
];

/** The heat map of a term, a row for each latent in this order; nothing where it was logged less than `least` times. */
export async function historyChart(
  run: RunDirectory | undefined,
  { term, title, color }: LatentHistory,
  order: readonly number[],
  look: Pick<Parameters<typeof heatmap>[0], "subtitle" | "width" | "height"> & { readonly least?: number },
): Promise<Chart | undefined> {
  const { least = 1, ...size } = look;
  const { steps, values } = latentHistory(run?.metrics.read() ?? [], term, order.length);
  if (steps.length < least) return undefined;
  return heatmap({
    title,
    x: { label: "training step" },
    y: { label: "latent" },
    columns: steps,
    rows: order.map(latentLabel),
    values: order.flatMap((d) => values.map((row) => row[d]!)),
    color,
    ...size,
  });
}

/** A term of each latent as logged: `[records][latent]`, on held-out images where it was measured there, else on batches. */
function latentHistory(
  records: readonly MetricRecord[],
  term: string,
  latentDim: number,
): { steps: number[]; values: number[][] } {
  const usable = records.filter(({ [term]: all }) => Array.isArray(all) && all.length === latentDim);
  const heldOut = usable.filter(({ split }) => split === "heldOut");
  const shown = heldOut.length > 0 ? heldOut : usable;
  return { steps: shown.map(({ step }) => step), values: shown.map((record) => record[term] as number[]) };
}
