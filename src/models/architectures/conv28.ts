/**
 * The convolutional net of the MNIST notebook: two strided 3×3 convolutions down to 7×7, three transposed
 * ones back to 28×28. The paddings are the notebook's; they fit 28×28 only.
 */

import { z } from "zod";
import { flatten, relu, reshape, slice } from "../../graph/index.ts";
import { conv2d, convTranspose2d, linear } from "../../nn/index.ts";
import { architecture, wrongImages } from "../architecture.ts";

const HALVING = { kernel: 3, stride: 2, padding: 1 };

export const conv28 = architecture({
  name: "conv28",
  summary: "3×3 convolutions 64-256 and transposed 256-64, for 28×28",
  options: z.strictObject({}),
  create(_, image, latentDim) {
    if (image.height !== 28 || image.width !== 28) {
      throw wrongImages("conv28", "of 28×28", image, 'use "conv", which takes any size');
    }
    return {
      output: "real",
      encode(context, x) {
        const h1 = relu(conv2d(context, "encoder.conv1", x, { out: 64, ...HALVING }));
        const h2 = relu(conv2d(context, "encoder.conv2", h1, { out: 256, ...HALVING }));
        const both = linear(context, "encoder.fc", flatten(h2), 2 * latentDim);
        return {
          mean: slice(both, 1, 0, latentDim),
          logVariance: slice(both, 1, latentDim, 2 * latentDim),
        };
      },
      decode(context, latent) {
        const h0 = reshape(linear(context, "decoder.fc", latent, 128 * 7 * 7), [latent.shape[0]!, 128, 7, 7]);
        const h1 = relu(convTranspose2d(context, "decoder.conv1", h0, { out: 256, ...HALVING }));
        const unpadded = { out: 64, kernel: 3, stride: 2, padding: 0, outputPadding: 1 };
        const h2 = relu(convTranspose2d(context, "decoder.conv2", h1, unpadded));
        return convTranspose2d(context, "decoder.conv3", h2, { out: image.channels, ...HALVING, stride: 1 });
      },
    };
  },
});
