/** The report's charts: what each latent carries, and how training went. */

import { activityChart, barChart, latentBars, light, lineChart } from "../../figures/index.ts";
import {
  activityThreshold,
  decoderWeightNorms,
  descending,
  isActivityKnown,
  type LatentStatistics,
} from "../../latent/index.ts";
import type { PageChart } from "../../pages/index.ts";
import type { OpenModel } from "../../trained/index.ts";

import { curvesOf, historyChart, latentHistories } from "../draw/history.ts";

const SIZE = { width: 560, height: 240 };
/** As in `betalab curves`. */
const COLORS = { train: light.categorical[0], heldOut: light.categorical[5] };
/** In this order; what else is logged is in `betalab curves`. */
const TERMS: Readonly<Record<string, { readonly title: string; readonly unit?: string }>> = {
  negativeElbo: { title: "−ELBO at β = 1, one draw of z", unit: "nats/image" },
  reconstruction: { title: "reconstruction", unit: "nats/image" },
  kl: { title: "KL", unit: "nats/image" },
  beta: { title: "β" },
  learningRate: { title: "learning rate" },
};

export async function usageCharts(
  { vae, state, run }: OpenModel,
  { kl, meanVariance }: LatentStatistics,
): Promise<PageChart[]> {
  const order = descending(kl);
  const x = { label: "latent, by KL" };
  const title = "KL of each latent";
  const chart = await barChart({
    title,
    subtitle: "of its posterior to the prior, held-out images",
    x,
    y: { label: "KL", unit: "nats/image" },
    bars: latentBars(order, kl),
    ...SIZE,
  });
  const active = "How active each latent is";
  const charts = [{ chart, caption: title }];
  if (isActivityKnown({ meanVariance })) {
    const chart = await activityChart({
      title: active,
      subtitle: "held-out images; a latent just above the line carries next to nothing",
      variance: meanVariance,
      kl,
      order,
      threshold: activityThreshold,
      ...SIZE,
    });
    charts.push({ chart, caption: active });
  }
  const weights = decoderWeightNorms(vae, state);
  if (weights !== undefined) {
    const title = "What the decoder listens to";
    const chart = await barChart({
      title,
      subtitle: `norm of each latent’s column of ${weights.name}`,
      x,
      y: { label: "norm" },
      bars: latentBars(order, weights.norms),
      color: light.categorical[1],
      ...SIZE,
    });
    charts.push({ chart, caption: title });
  }
  const height = 20 + order.length * Math.max(8, Math.min(16, 320 / order.length));
  for (const history of latentHistories) {
    const chart = await historyChart(run, history, order, { ...SIZE, height, least: 2 });
    if (chart) charts.push({ chart, caption: history.title });
  }
  return charts;
}

/** None for a model without a run; terms that never change are left out. */
export async function curveCharts({ run, name }: OpenModel): Promise<PageChart[]> {
  if (run === undefined) return [];
  const curves = curvesOf(run, name);
  const charts: PageChart[] = [];
  for (const [term, { title, unit }] of Object.entries(TERMS)) {
    const logged = curves.filter((curve) => curve.term === term);
    const points = logged.flatMap((curve) => curve.points);
    // Neither what never changes nor a single moment is a curve.
    if ([0, 1].some((axis) => new Set(points.map((point) => point[axis])).size < 2)) continue;
    const chart = await lineChart({
      title,
      x: { label: "training step" },
      y: { label: title, unit },
      series: logged.map(({ split, points, steps }) => ({
        name: split === "train" ? "training" : "held-out",
        color: COLORS[split],
        points,
        steps,
      })),
      ...SIZE,
    });
    charts.push({ chart, caption: `${title} over training` });
  }
  return charts;
}
