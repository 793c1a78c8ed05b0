/** `betalab usage`: what each latent dimension carries, and how that came about during training. */

import { heatmap, usageFigure } from "../../figures/node.ts";
import { activityThreshold, decoderWeightNorms, descending } from "../../latent/index.ts";
import type { MetricRecord } from "../../runs/index.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { describeModel, type LookOptions, look, statisticsOf } from "./looking.ts";

export interface UsageOptions extends LookOptions {
  /** By KL, the largest first, or in the latents' own order (default). */
  readonly order?: "kl" | "index" | undefined;
}

export interface Used extends Drawn {
  /** In nats per image, of all dimensions together. */
  readonly kl: number;
  /** Dimensions whose posterior mean varies by more than 0.01 (Burda et al. 2016). */
  readonly active: number;
  readonly dimensions: readonly {
    readonly dimension: number;
    readonly kl: number;
    readonly meanVariance: number;
    readonly weightNorm: number | undefined;
  }[];
}

export async function drawUsage(path: string, options: UsageOptions = {}): Promise<Used> {
  return look(path, options, async (at) => {
    const { opened } = at;
    const statistics = await statisticsOf(at);
    const weights = decoderWeightNorms(opened.vae, opened.state);
    const { kl, meanVariance } = statistics;
    const order = options.order === "kl" ? descending(kl) : Array.from(kl, (_, d) => d);
    const out = new FigureFiles(opened, "usage", options.out);
    const total = kl.reduce((sum, one) => sum + one, 0);
    const active = meanVariance.filter((one) => one > activityThreshold).length;
    out.chart(
      await usageFigure({
        kl,
        weights,
        order,
        title: describeModel(opened),
        subtitle: `${total.toFixed(1)} nats/image in ${kl.length} latents, ${active} of them active`,
      }),
    );
    const records = opened.run?.metrics.read() ?? [];
    const history = klHistory(records, kl.length);
    if (history.steps.length > 0) {
      out.chart(
        await heatmap({
          title: "KL of each latent over training",
          subtitle: describeModel(opened),
          x: { label: "training step" },
          y: { label: "latent dimension" },
          columns: history.steps,
          rows: order.map(String),
          values: order.flatMap((d) => history.kl.map((row) => row[d]!)),
          color: { label: "KL (nats)" },
        }),
        "-over-training",
      );
    }
    const dimensions = order.map((d) => ({
      dimension: d,
      kl: kl[d]!,
      meanVariance: meanVariance[d]!,
      weightNorm: weights?.norms[d],
    }));
    out.csv(
      ["dimension", "kl_nats", "mean_variance", "decoder_weight_norm"],
      dimensions.map((one) => [one.dimension, one.kl, one.meanVariance, one.weightNorm ?? ""]),
    );
    return { paths: out.paths, step: opened.step, kl: total, active, dimensions };
  });
}

/** KL per dimension as logged: held-out where it was measured, otherwise on training batches. */
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
