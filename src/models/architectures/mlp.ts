/** Fully connected nets: 784-400-20 of PyTorch's VAE example, 784-400-400-20 and 784-400-50 of the seeds. */

import { z } from "zod";
import { flatten, relu, reshape } from "../../graph/index.ts";
import { linear } from "../../nn/index.ts";
import { architecture } from "../architecture.ts";

export const mlp = architecture({
  name: "mlp",
  summary: "fully connected, ReLU; the decoder mirrors the encoder",
  options: z.strictObject({
    hidden: z
      .array(z.int().positive())
      .min(1)
      .default([400])
      .describe("widths of the encoder's hidden layers"),
  }),
  create({ hidden }, { height, width, channels }, latentDim) {
    const mirrored = hidden.toReversed();
    return {
      output: "real",
      encode(context, x) {
        const last = hidden.reduce(
          (h, size, i) => relu(linear(context, `encoder.fc${i + 1}`, h, size)),
          flatten(x),
        );
        return {
          mean: linear(context, "encoder.mean", last, latentDim),
          logVariance: linear(context, "encoder.log_variance", last, latentDim),
        };
      },
      decode(context, latent) {
        const last = mirrored.reduce(
          (h, size, i) => relu(linear(context, `decoder.fc${i + 1}`, h, size)),
          latent,
        );
        const pixels = linear(context, "decoder.output", last, height * width * channels);
        return reshape(pixels, [latent.shape[0]!, channels, height, width]);
      },
    };
  },
});
