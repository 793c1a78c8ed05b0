/**
 * The net of Burgess et al. 2018 ("Understanding disentangling in β-VAE"): 4×4 convolutions of 32 channels
 * and stride 2 down to 4×4, two fully connected layers of 256, and the mirror image of that.
 */

import { z } from "zod";
import { flatten, relu, reshape } from "../../graph/index.ts";
import { conv2d, convTranspose2d, diagonalNormal, linear } from "../../nn/index.ts";
import { architecture, wrongImages } from "../architecture.ts";

const CHANNELS = 32;
const HIDDEN = 256;
const WINDOW = { kernel: 4, stride: 2, padding: 1 };

export const burgess = architecture({
  name: "burgess",
  summary: "4×4 stride-2 convolutions of 32, then 256-256, for 32×32 or 64×64 (Burgess 2018)",
  options: z.strictObject({}),
  create(_, image, latentDim) {
    const depth = { 32: 3, 64: 4 }[image.height];
    if (depth === undefined || image.height !== image.width) {
      const remedy = 'set data.size to 32 or 64, or use "conv", which takes any size';
      throw wrongImages("burgess", "of 32×32 or 64×64", image, remedy);
    }
    return {
      output: "real",
      encode(context, x) {
        let h = x;
        for (let i = 1; i <= depth; i++)
          h = relu(conv2d(context, `encoder.conv${i}`, h, { out: CHANNELS, ...WINDOW }));
        h = relu(linear(context, "encoder.fc1", flatten(h), HIDDEN));
        h = relu(linear(context, "encoder.fc2", h, HIDDEN));
        return diagonalNormal(context, "encoder", h, latentDim);
      },
      decode(context, latent) {
        let h = relu(linear(context, "decoder.fc1", latent, HIDDEN));
        h = relu(linear(context, "decoder.fc2", h, HIDDEN));
        h = relu(linear(context, "decoder.fc3", h, CHANNELS * 4 * 4));
        h = reshape(h, [latent.shape[0]!, CHANNELS, 4, 4]);
        for (let i = 1; i < depth; i++) {
          h = relu(convTranspose2d(context, `decoder.conv${i}`, h, { out: CHANNELS, ...WINDOW }));
        }
        return convTranspose2d(context, `decoder.conv${depth}`, h, { out: image.channels, ...WINDOW });
      },
    };
  },
});
