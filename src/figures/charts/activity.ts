/** How active each latent is: the variance of its posterior mean beside the line that counts it as active, and its nats. */
import type { PlotOptions } from "@observablehq/plot";
import { BetalabError } from "../../base/errors.ts";
import { formatDigits, latentLabel } from "../../base/format.ts";
import { light } from "../theme.ts";
import { type Chart, type ChartOptions, defaultChartWidth } from "./chart.ts";
import { drawChart } from "./frame.ts";
import { axes, fitting, lineName } from "./marks.ts";
import { categoricalColor, formatLogTick } from "./scales.ts";
import { textWidth } from "./text.ts";

export interface ActivityChartOptions extends ChartOptions {
  /** Var_x μ_d(x), `[latent]`. */
  readonly variance: ArrayLike<number>;
  /** `[latent]`, in nats per image. */
  readonly kl: ArrayLike<number>;
  /** Dimensions from left to right. */
  readonly order: readonly number[];
  /** From here on a latent is active. */
  readonly threshold: number;
}

/** Smaller variances stand at the foot: how far below the line they lie says nothing. */
const LEAST = 1e-5;

/**
 * Draws a dot for each latent on a logarithmic axis, filled where it is active; its nats stand over it where they fit.
 * Default height 240.
 *
 * Throws `BetalabError` "shape" when there are no latents or a variance isn't finite.
 */
export async function activityChart(options: ActivityChartOptions): Promise<Chart> {
  const { variance, kl, order, threshold, theme = light, width = defaultChartWidth } = options;
  const dots = order.map((d) => ({
    label: latentLabel(d),
    value: Math.max(LEAST, variance[d]!),
    nats: formatDigits(kl[d]!, 2),
    active: variance[d]! >= threshold,
    isLess: variance[d]! < LEAST,
  }));
  if (dots.length === 0 || !dots.every(({ value }) => Number.isFinite(value)))
    throw new BetalabError("shape", "activityChart: no latents, or a variance that is not finite");
  const domain = [LEAST / 2, Math.max(2, ...dots.map(({ value }) => 2 * value))];
  const labels = dots.map(({ label }) => label);
  const room = (width - 32 - 52 - 12) / dots.length;
  const hasRoom = Math.max(...dots.map(({ nats }) => textWidth(nats, 12))) + 4 <= room;
  const color = categoricalColor(theme, 0);
  return drawChart(options, {
    defaultHeight: 240,
    xLabel: [
      "latent, by KL",
      ...(hasRoom ? ["over each dot its nats per image"] : []),
      ...(dots.some(({ isLess }) => isLess) ? [`at the foot: less than ${formatLogTick(LEAST)}`] : []),
    ].join("; "),
    yLabel: "variance of the posterior mean over images",
    plot: (plot): PlotOptions => ({
      x: { type: "point", domain: labels, label: null, padding: 0.5 },
      y: { type: "log", domain, label: null },
      marks: [
        ...axes(plot, theme, { ticks: fitting(labels, room) }, { ticks: 5, tickFormat: formatLogTick }),
        plot.ruleX(dots, { x: "label", y1: domain[0]!, y2: "value", stroke: theme.faint, strokeWidth: 2 }),
        plot.ruleY([threshold], { stroke: theme.ink, strokeDasharray: "4 3" }),
        lineName(plot, theme, {
          value: threshold,
          label: `active from ${threshold} on`,
          fill: theme.ink,
          // Silent latents stand at the right, their nats just under the line.
          end: "left",
        }),
        plot.dot(dots, {
          x: "label",
          y: "value",
          r: 4,
          stroke: color,
          fill: ({ active }: { active: boolean }) => (active ? color : theme.background),
        }),
        ...(hasRoom
          ? [plot.text(dots, { x: "label", y: "value", text: "nats", dy: -11, fill: theme.ink })]
          : []),
      ],
    }),
  });
}
