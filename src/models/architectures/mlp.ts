/** Fully connected nets: 784-400-20 of PyTorch's VAE example, 784-400-400-20 and 784-400-50 of the seeds. */

import { z } from "zod";
import { flatten, relu, reshape, tanh } from "../../graph/index.ts";
import { diagonalNormal, glorotLinear, linear, pytorchLinear } from "../../nn/index.ts";
import { architecture } from "../architecture.ts";

export const mlp = architecture({
  name: "mlp",
  summary: "fully connected; the decoder mirrors the encoder",
  options: z.strictObject({
    hidden: z
      .array(z.int().positive())
      .min(1)
      .max(64)
      .default([400])
      .describe("widths of the encoder's hidden layers"),
    activation: z.enum(["relu", "tanh"]).default("relu").describe("of the hidden layers"),
    initialization: z
      .enum(["pytorch", "glorot"])
      .default("pytorch")
      .describe('first weights: PyTorch\'s default, or "glorot" (Glorot & Bengio 2010), biases then 0'),
  }),
  create({ hidden, activation, initialization }, { height, width, channels }, latentDim) {
    const mirrored = hidden.toReversed();
    const activate = { relu, tanh }[activation];
    const start = { pytorch: pytorchLinear, glorot: glorotLinear }[initialization];
    return {
      output: "real",
      encode(context, x) {
        const last = hidden.reduce(
          (h, size, i) => activate(linear(context, `encoder.fc${i + 1}`, h, size, start)),
          flatten(x),
        );
        return diagonalNormal(context, "encoder", last, latentDim, start);
      },
      decode(context, latent) {
        const last = mirrored.reduce(
          (h, size, i) => activate(linear(context, `decoder.fc${i + 1}`, h, size, start)),
          latent,
        );
        const pixels = linear(context, "decoder.output", last, height * width * channels, start);
        return reshape(pixels, [latent.shape[0]!, channels, height, width]);
      },
    };
  },
});
