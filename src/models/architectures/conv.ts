/**
 * A convolutional net for images of any size: 4×4 convolutions of stride 2, as many as it takes to bring the
 * shorter side to 4 to 7 pixels, channels doubling on the way, then one fully connected layer. The decoder
 * mirrors it and restores odd sizes exactly.
 */

import { z } from "zod";
import { flatten, relu, reshape } from "../../graph/index.ts";
import { conv2d, convTranspose2d, diagonalNormal, linear } from "../../nn/index.ts";
import { architecture, wrongImages } from "../architecture.ts";

const WINDOW = { kernel: 4, stride: 2, padding: 1 };
const SMALLEST = 8;

export const conv = architecture({
  name: "conv",
  summary: "4×4 stride-2 convolutions for any height × width; the depth follows from the size",
  options: z.strictObject({
    width: z
      .int()
      .positive()
      .default(32)
      .describe("channels of the first convolution; they double up to 8 times that"),
    hidden: z.int().positive().default(256).describe("width of the fully connected layer"),
  }),
  create({ width, hidden }, image, latentDim) {
    if (Math.min(image.height, image.width) < SMALLEST) {
      const taken = `of at least ${SMALLEST}×${SMALLEST}`;
      throw wrongImages("conv", taken, image, 'use "mlp" for smaller ones');
    }
    // Sizes from the image down to the smallest map: each convolution halves them, rounding down.
    const sizes = [[image.height, image.width] as const];
    while (Math.min(...sizes.at(-1)!) >= SMALLEST) {
      const [height, columns] = sizes.at(-1)!;
      sizes.push([Math.floor(height / 2), Math.floor(columns / 2)]);
    }
    const depth = sizes.length - 1;
    const channels = [
      image.channels,
      ...Array.from({ length: depth }, (_, i) => width * 2 ** Math.min(i, 3)),
    ];
    const [height, columns] = sizes[depth]!;
    return {
      output: "real",
      derived: { depth },
      encode(context, x) {
        let h = x;
        for (let i = 1; i <= depth; i++) {
          h = relu(conv2d(context, `encoder.conv${i}`, h, { out: channels[i]!, ...WINDOW }));
        }
        h = relu(linear(context, "encoder.fc", flatten(h), hidden));
        return diagonalNormal(context, "encoder", h, latentDim);
      },
      decode(context, latent) {
        let h = relu(linear(context, "decoder.fc1", latent, hidden));
        h = relu(linear(context, "decoder.fc2", h, channels[depth]! * height * columns));
        h = reshape(h, [latent.shape[0]!, channels[depth]!, height, columns]);
        for (let level = depth; level >= 1; level--) {
          const [rows, across] = sizes[level - 1]!;
          // A transposed convolution doubles; output padding gives back the row or column lost to rounding.
          h = convTranspose2d(context, `decoder.conv${depth - level + 1}`, h, {
            out: channels[level - 1]!,
            ...WINDOW,
            outputPadding: [rows % 2, across % 2],
          });
          if (level > 1) h = relu(h);
        }
        return h;
      },
    };
  },
});
