/** `betalab embed`: a map of the latent space. */
import { defineCommand } from "../command.ts";
import { drawnResult, lookOptions, modelArgument } from "../looking.ts";
import {
  choice,
  dataOption,
  decimal,
  drawOutOption,
  flag,
  seedOption,
  splitOption,
  text,
  wholeNumber,
} from "../options.ts";

export const embed = defineCommand({
  name: "embed",
  summary: "a map of posterior means by PCA, t-SNE or UMAP",
  example: "betalab embed runs/mnist-mlp-50 --method tsne --images",
  arguments: [modelArgument],
  options: {
    data: dataOption,
    out: drawOutOption,
    split: splitOption,
    method: choice("--method <method>", "how; tsne unless told", ["pca", "tsne", "umap"]),
    count: wholeNumber("--count <number>", "how many images (default 1000)", { minimum: 2 }),
    color: text("--color <what>", "label, the name of a factor, or none (default: what there is)"),
    images: flag("--images", "also a map whose points are the images"),
    perplexity: decimal("--perplexity <number>", "neighbours that count, for tsne (default 30)", {
      minimum: 1,
    }),
    neighbours: wholeNumber("--neighbours <number>", "neighbours that count, for umap (default 15)", {
      minimum: 2,
    }),
    seed: seedOption,
  },
  async run([run], options, io) {
    const { drawEmbedding } = await import("../../jobs/index.ts");
    const { method, count, color, images, perplexity, neighbours, seed } = options;
    const more = { method, count, color, images, perplexity, neighbours, seed };
    return drawnResult(await drawEmbedding(run!, { ...lookOptions(options, io), ...more }));
  },
});
