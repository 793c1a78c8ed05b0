/** What each latent dimension carries and how much the decoder listens to it, as bar charts one over the other. */
import { latentLabel } from "../../base/format.ts";
import { light, type Theme } from "../theme.ts";
import { barChart } from "./bar.ts";
import type { Chart } from "./chart.ts";
import { panels } from "./panels.ts";
import { categoricalColor } from "./scales.ts";

export interface UsageOptions {
  /** `[latent]`, in nats per image. */
  readonly kl: ArrayLike<number>;
  /** `[latent]`: norms of the decoder's first weights, and their name. Default: no second chart. */
  readonly weights?: { readonly name: string; readonly norms: ArrayLike<number> } | undefined;
  /** Dimensions from left to right. */
  readonly order: readonly number[];
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** Default light. */
  readonly theme?: Theme | undefined;
}

/** Draws both charts with the same order of dimensions. */
export async function usageFigure(options: UsageOptions): Promise<Chart> {
  const { kl, weights, order, theme = light, ...titles } = options;
  const x = { label: "latent" };
  const bars = (values: ArrayLike<number>) =>
    order.map((d) => ({ label: latentLabel(d), value: values[d]! }));
  const charts = [
    await barChart({
      title: "KL to the prior",
      titleSize: 15,
      x,
      y: { label: "KL", unit: "nats/image" },
      bars: bars(kl),
      theme,
    }),
  ];
  if (weights !== undefined) {
    charts.push(
      await barChart({
        title: "What the decoder listens to",
        titleSize: 15,
        subtitle: `Euclidean norm of each latent’s column of ${weights.name}`,
        x,
        y: { label: "norm" },
        bars: bars(weights.norms),
        color: categoricalColor(theme, 1),
        theme,
      }),
    );
  }
  return panels(charts, { ...titles, columns: 1, theme });
}
