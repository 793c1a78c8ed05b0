/** Fully connected nets: 784-400-20 of PyTorch's VAE example, 784-400-400-20 and 784-400-50 of the seeds. */

import { z } from "zod";
import { flatten, relu, reshape, tanh } from "../../graph/index.ts";
import { type Context, diagonalNormal, fill, glorotUniform, linear } from "../../nn/index.ts";
import { architecture } from "../architecture.ts";

export const mlp = architecture({
  name: "mlp",
  summary: "fully connected; the decoder mirrors the encoder",
  options: z.strictObject({
    hidden: z
      .array(z.int().positive())
      .min(1)
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
    const start = initialization === "glorot" ? withGlorot : (context: Context) => context;
    return {
      output: "real",
      encode(given, x) {
        const context = start(given);
        const last = hidden.reduce(
          (h, size, i) => activate(linear(context, `encoder.fc${i + 1}`, h, size)),
          flatten(x),
        );
        return diagonalNormal(context, "encoder", last, latentDim);
      },
      decode(given, latent) {
        const context = start(given);
        const last = mirrored.reduce(
          (h, size, i) => activate(linear(context, `decoder.fc${i + 1}`, h, size)),
          latent,
        );
        const pixels = linear(context, "decoder.output", last, height * width * channels);
        return reshape(pixels, [latent.shape[0]!, channels, height, width]);
      },
    };
  },
});

/** A context whose weights start with Glorot's distribution and whose biases start at zero. */
function withGlorot(context: Context): Context {
  return {
    mode: context.mode,
    parameter(name, shape) {
      const [out, into] = shape;
      const start = out === undefined || into === undefined ? fill(0) : glorotUniform(into, out);
      return context.parameter(name, shape, start);
    },
    buffer: context.buffer.bind(context),
    updateBuffer: context.updateBuffer.bind(context),
    scalar: context.scalar.bind(context),
  };
}
