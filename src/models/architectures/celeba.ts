/**
 * The BetaVAE of PyTorch-VAE, which the CelebA seed describes: five strided 3×3 convolutions with batch norm
 * and leaky ReLU, their mirror image, and a last convolution with tanh. Inside it images lie in [−1, 1];
 * outside, as everywhere here, in [0, 1].
 */

import { z } from "zod";
import {
  add,
  constant,
  flatten,
  leakyRelu,
  multiply,
  reshape,
  subtract,
  type Tensor,
  tanh,
} from "../../graph/index.ts";
import { batchNorm, type Context, conv2d, convTranspose2d, diagonalNormal, linear } from "../../nn/index.ts";
import { architecture, wrongImages } from "../architecture.ts";

const CHANNELS = [32, 64, 128, 256, 512];
const WINDOW = { kernel: 3, stride: 2, padding: 1 };

export const celeba = architecture({
  name: "celeba",
  summary:
    "3×3 stride-2 convolutions 32-64-128-256-512 with batch norm, tanh output, for 64×64 (PyTorch-VAE)",
  options: z.strictObject({}),
  create(_, image, latentDim) {
    if (image.height !== 64 || image.width !== 64) {
      const remedy = 'set data.size to 64, or use "conv", which takes any size';
      throw wrongImages("celeba", "of 64×64", image, remedy);
    }
    const activate = (context: Context, name: string, x: Tensor) => leakyRelu(batchNorm(context, name, x));
    return {
      output: "pixel",
      encode(context, x) {
        let h = subtract(multiply(x, constant(2)), constant(1));
        for (const [i, out] of CHANNELS.entries()) {
          h = conv2d(context, `encoder.conv${i + 1}`, h, { out, ...WINDOW });
          h = activate(context, `encoder.bn${i + 1}`, h);
        }
        return diagonalNormal(context, "encoder", flatten(h), latentDim);
      },
      decode(context, latent) {
        const [deepest, ...shallower] = CHANNELS.toReversed() as [number, ...number[]];
        let h = linear(context, "decoder.fc", latent, deepest * 4);
        h = reshape(h, [latent.shape[0]!, deepest, 2, 2]);
        for (const [i, out] of [...shallower, shallower.at(-1)!].entries()) {
          h = convTranspose2d(context, `decoder.conv${i + 1}`, h, { out, ...WINDOW, outputPadding: 1 });
          h = activate(context, `decoder.bn${i + 1}`, h);
        }
        h = conv2d(context, "decoder.output", h, { out: image.channels, kernel: 3, stride: 1, padding: 1 });
        return multiply(add(tanh(h), constant(1)), constant(0.5));
      },
    };
  },
});
