/** `betalab usage`: what each latent dimension carries. */
import { defineCommand } from "../command.ts";
import { drawnResult, lookOptions, modelArgument } from "../looking.ts";
import { choice, dataOption, drawOutOption, splitOption } from "../options.ts";

export const usage = defineCommand({
  name: "usage",
  summary: "KL and decoder weights of each latent dimension, and the KL over training",
  example: "betalab usage runs/mnist-mlp-50 --order kl",
  arguments: [modelArgument],
  options: {
    data: dataOption,
    out: drawOutOption,
    split: splitOption,
    order: choice("--order <order>", "by KL, or in the latents' own order", ["kl", "index"]),
  },
  async run([run], options, io) {
    const { drawUsage } = await import("../../jobs/index.ts");
    const used = await drawUsage(run!, { ...lookOptions(options, io), order: options.order });
    const sentence = `${used.active} of ${used.dimensions.length} latents are active; together they carry ${used.kl.toFixed(1)} nats/image.`;
    return drawnResult(used, sentence);
  },
});
