/** `usage`: what each latent dimension carries, and how that came about during training. */

import { z } from "zod";
import { formatFixed, plural } from "../../base/format.ts";
import { range } from "../../base/lists.ts";
import { sum } from "../../base/statistics.ts";
import { usageFigure } from "../../figures/node.ts";
import { decoderWeightNorms, descending, isActiveUnit, isActivityKnown } from "../../latent/index.ts";
import { float } from "../../runs/index.ts";
import type { Artifact } from "../artifacts.ts";
import { computing, split } from "../options.ts";
import { historyChart, latentHistories } from "./history.ts";
import { defineDrawing, describeModel, statisticsOf } from "./with-model.ts";

const options = z.strictObject({
  ...computing,
  split,
  order: z
    .enum(["kl", "index"])
    .default("index")
    .describe("by KL, the largest first, or in the latents' own order"),
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  kl: z.number().describe("of all dimensions together, nats per image"),
  active: z.int().describe("dimensions whose posterior mean varies by 0.01 or more (Burda et al. 2016)"),
  dimensions: z
    .array(
      z.object({
        dimension: z.int().describe("index of the latent, from 0"),
        kl: z.number().describe("nats per image"),
        meanVariance: float.describe("variance of the posterior mean over images"),
        weightNorm: z
          .number()
          .optional()
          .describe("norm of its column in the decoder's first layer; absent where that layer has none"),
      }),
    )
    .describe("in the order asked for"),
});

export const usage = defineDrawing({
  name: "usage",
  summary: "KL and decoder weights of each latent, and the KL (and soft free bits' γ) over training",
  example: "betalab usage runs/mnist-mlp-50 --order kl",
  options,
  value,
  async draw(at, options) {
    const { opened } = at;
    const { kl, meanVariance } = await statisticsOf(at);
    const isKnown = isActivityKnown({ meanVariance });
    if (!isKnown) at.tell.note("which latents are active is not known: one image does not vary");
    const weights = decoderWeightNorms(opened.vae, opened.state);
    const order = options.order === "kl" ? descending(kl) : range(kl.length);
    const total = sum(kl);
    const active = meanVariance.filter(isActiveUnit).length;
    const chart = await usageFigure({
      kl,
      weights,
      order,
      title: describeModel(opened),
      subtitle: `${formatFixed(total, 1)} nats/image in ${plural(kl.length, "latent")}${isKnown ? `, ${active} of them active` : ""}`,
    });
    const artifacts: Artifact[] = [{ kind: "chart", chart }];
    for (const history of latentHistories) {
      const chart = await historyChart(opened.run, history, order, { subtitle: describeModel(opened) });
      if (chart) artifacts.push({ kind: "chart", name: history.name, chart });
    }
    const dimensions = order.map((d) => ({
      dimension: d,
      kl: kl[d]!,
      meanVariance: meanVariance[d]!,
      weightNorm: weights?.norms[d],
    }));
    artifacts.push({
      kind: "table",
      heading: ["dimension", "kl_nats", "mean_variance", "decoder_weight_norm"],
      rows: dimensions.map((one) => [one.dimension, one.kl, one.meanVariance, one.weightNorm]),
    });
    return { value: { step: opened.step, kl: total, active, dimensions }, artifacts };
  },
});
