/**
 * What each latent carries and how much the decoder listens to it: of one model as bar charts one over the other, of several
 * side by side on one scale.
 */
import { latentLabel } from "../../base/format.ts";
import { light } from "../theme.ts";
import { type Bar, barChart } from "./bar.ts";
import type { Chart, ChartOptions } from "./chart.ts";
import { panels } from "./panels.ts";
import { categoricalColor } from "./scales.ts";

export interface UsageOptions extends Pick<ChartOptions, "title" | "subtitle" | "theme"> {
  /** `[latent]`, in nats per image. */
  readonly kl: ArrayLike<number>;
  /** `[latent]`: norms of the decoder's first weights, and their name. Default: no second chart. */
  readonly weights?: { readonly name: string; readonly norms: ArrayLike<number> } | undefined;
  /** Dimensions from left to right. */
  readonly order: readonly number[];
}

/** A bar for each latent of `order`, from left to right. */
export const latentBars = (order: readonly number[], values: ArrayLike<number>): Bar[] =>
  order.map((d) => ({ label: latentLabel(d), value: values[d]! }));

/** Draws both charts with the same order of dimensions. */
export async function usageFigure(options: UsageOptions): Promise<Chart> {
  const { kl, weights, order, theme = light, ...titles } = options;
  const x = { label: "latent" };
  const charts = [
    await barChart({
      title: "KL to the prior",
      titleSize: 15,
      x,
      y: { label: "KL", unit: "nats/image" },
      bars: latentBars(order, kl),
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
        bars: latentBars(order, weights.norms),
        color: categoricalColor(theme, 1),
        theme,
      }),
    );
  }
  return panels(charts, { ...titles, columns: 1, theme });
}

export interface UsedModel extends Pick<UsageOptions, "kl" | "weights"> {
  readonly name: string;
}

/**
 * A row for each model: the KL of its latents, the largest first, and beside it the norms of the decoder's first weights in the
 * same order, where it has such. All rows have one scale, so that lengths can be compared.
 */
export async function usageSideBySide(
  models: readonly UsedModel[],
  options: Pick<UsageOptions, "title" | "subtitle" | "theme"> = {},
): Promise<Chart> {
  const { theme = light } = options;
  const scale = (values: readonly ArrayLike<number>[]): [number, number] => [
    0,
    Math.max(...values.flatMap((one) => Array.from(one))) || 1,
  ];
  const klDomain = scale(models.map(({ kl }) => kl));
  const normDomain = scale(models.map(({ weights }) => weights?.norms ?? []));
  const columns = normDomain[1] > 0 && models.every(({ weights }) => weights !== undefined) ? 2 : 1;
  const charts: Chart[] = [];
  for (const { name, kl, weights } of models) {
    const order = Array.from(kl, (_, d) => d).sort((a, b) => kl[b]! - kl[a]!);
    const shared = {
      titleSize: 15,
      width: columns === 2 ? 500 : 760,
      height: 150,
      x: { label: "latent" },
      theme,
    };
    charts.push(
      await barChart({
        ...shared,
        title: name,
        y: { label: "KL", unit: "nats/image", domain: klDomain },
        bars: latentBars(order, kl),
        values: false,
      }),
    );
    if (columns === 1) continue;
    charts.push(
      await barChart({
        ...shared,
        title: `${name}: what the decoder listens to`,
        y: { label: `norm of a latent’s column of ${weights!.name}`, domain: normDomain },
        bars: latentBars(order, weights!.norms),
        color: categoricalColor(theme, 1),
        values: false,
      }),
    );
  }
  return panels(charts, { ...options, columns });
}
