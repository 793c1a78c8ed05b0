/** Rate against distortion: what a model pays in KL and what it gets for it in reconstruction, along β. */
import type { PlotOptions } from "@observablehq/plot";
import { BetalabError } from "../../base/errors.ts";
import { mean } from "../../base/statistics.ts";
import { fontSize, light } from "../theme.ts";
import type { Chart, ChartOptions } from "./chart.ts";
import { drawChart } from "./frame.ts";
import { axes, gridY } from "./marks.ts";
import { categoricalColor, niceTicks, tickMargin } from "./scales.ts";
import { textWidth } from "./text.ts";

/** Models of one setting, such as the seeds of one β. */
export interface RatedGroup {
  /** At its point: "β = 4". */
  readonly label: string;
  /** Each model's KL and −ln p(x|z), in nats per image. */
  readonly models: readonly { readonly rate: number; readonly distortion: number }[];
}

export interface RateDistortionOptions extends ChartOptions {
  /** In the order in which the curve goes through their means. */
  readonly groups: readonly RatedGroup[];
  /** Whether there is a curve: between settings of one number there are others, between unrelated ones nothing. Default: true. */
  readonly connected?: boolean | undefined;
}

/**
 * Draws the curve through the means, every model as a dot, and lines of equal −ELBO, which is the sum of both
 * coordinates (Alemi et al. 2018, "Fixing a Broken ELBO"). Default height 340.
 *
 * Throws `BetalabError` "shape" when there is no group, or a model's coordinate isn't finite.
 */
export async function rateDistortion(options: RateDistortionOptions): Promise<Chart> {
  const { groups, connected = true, theme = light } = options;
  const models = groups.flatMap((group) => group.models);
  const wrong = models.find(({ rate, distortion }) => !Number.isFinite(rate + distortion));
  if (models.length === 0 || wrong !== undefined) {
    const problem = wrong === undefined ? "no models" : `a model at (${wrong.rate}, ${wrong.distortion})`;
    throw new BetalabError("shape", `rateDistortion: ${problem}`);
  }
  const means = groups.map(({ label, models: own }) => ({
    label,
    rate: mean(own.map(({ rate }) => rate)),
    distortion: mean(own.map(({ distortion }) => distortion)),
  }));
  const x = padded(models.map(({ rate }) => rate));
  const y = padded(models.map(({ distortion }) => distortion));
  const sums = niceTicks([x[0] + y[0], x[1] + y[1]], 7);
  const color = categoricalColor(theme, 0);
  const isCutOff = ({ label, rate }: (typeof means)[number], width: number): boolean =>
    ((x[1] - rate) / (x[1] - x[0])) * (width - tickMargin(y)) < textWidth(label, fontSize.small) + 12;
  return drawChart(options, {
    defaultHeight: 340,
    xLabel: "rate: KL (nats/image)",
    yLabel: "distortion: reconstruction (nats/image)",
    marginLeft: tickMargin(y),
    plot: (plot, area): PlotOptions => ({
      x: { domain: x, label: null },
      y: { domain: y, label: null },
      marks: [
        gridY(plot, theme),
        plot.gridX({ stroke: theme.faint, strokeOpacity: 1 }),
        plot.link(sums, {
          x1: () => x[0],
          x2: () => x[1],
          y1: (sum: number) => sum - x[0],
          y2: (sum: number) => sum - x[1],
          stroke: theme.muted,
          strokeOpacity: 0.6,
          strokeDasharray: "2 4",
          clip: true,
        }),
        ...axes(plot, theme, { tickSize: 4, ticks: 8 }),
        ...(connected
          ? [plot.line(means, { x: "rate", y: "distortion", stroke: color, strokeWidth: 2 })]
          : []),
        plot.dot(models, { x: "rate", y: "distortion", fill: color, fillOpacity: 0.35, r: 3 }),
        plot.dot(means, { x: "rate", y: "distortion", fill: color, r: 4.5 }),
        // A name that would not fit to the right of its dot stands to the left.
        ...([false, true] as const).map((left) =>
          plot.text(
            means.filter((one) => isCutOff(one, area.width) === left),
            {
              x: "rate",
              y: "distortion",
              text: "label",
              textAnchor: left ? "end" : "start",
              dx: left ? -8 : 8,
              dy: left ? 14 : -8,
              fill: theme.ink,
            },
          ),
        ),
      ],
    }),
  });
}

/** The range of the values with room around them for dots and labels; a density's −ln p may be negative. */
function padded(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.12 * (high - low || Math.abs(high) || 1);
  return [low < 0 ? low - room : Math.max(0, low - room), high + room];
}
