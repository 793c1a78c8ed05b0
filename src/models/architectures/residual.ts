/**
 * A residual net for sharper and larger pictures: at every level a 4×4 stride-2 convolution, then blocks of group norm,
 * SiLU and 3×3 convolutions that add to what they are given (He et al. 2016, in the order of their "pre-activation"
 * sequel); the decoder mirrors it with nearest upsampling before convolutions, which leaves no checkerboard (Odena et
 * al. 2016). Group norm has no state of its own: it does the same while training and afterwards, at any batch size.
 */

import { z } from "zod";
import { add, flatten, reshape, silu, type Tensor } from "../../graph/index.ts";
import {
  type Context,
  conv2d,
  diagonalNormal,
  groupNorm,
  linear,
  selfAttention,
  upsampledConv2d,
} from "../../nn/index.ts";
import { architecture, type ImageShape, wrongImages } from "../architecture.ts";

const DOWN = { kernel: 4, stride: 2, padding: 1 };
const SAME = { kernel: 3, stride: 1, padding: 1 };
/** Of each group norm; the last map before the pixels has half the width, and whole groups too. */
const GROUPS = 8;
/** The smallest map has a shorter side of at most this, where the size allows it. */
const SMALLEST = 8;

export const residual = architecture({
  name: "residual",
  summary:
    "residual blocks with group norm and SiLU, attention on request; sharper, for sides that halve evenly",
  options: z.strictObject({
    width: z
      .int()
      .positive()
      .multipleOf(2 * GROUPS)
      .optional()
      .describe(
        "channels of the first level; they double up to 8 times that; default: 64 for sides up to 64 pixels, else 32",
      ),
    depth: z
      .int()
      .min(1)
      .optional()
      .describe(
        "levels, each of half the height and width; default: until the shorter side is 8 or less, or odd",
      ),
    blocks: z.int().min(1).max(64).default(1).describe("residual blocks at each level"),
    attention: z.boolean().default(false).describe("self-attention at the lowest resolution"),
  }),
  create(options, image, latentDim) {
    const depth = depthFor(image, options.depth);
    const { width = Math.min(image.height, image.width) > 64 ? 32 : 64, blocks, attention } = options;
    const channels = Array.from({ length: depth }, (_, i) => width * 2 ** Math.min(i, 3));
    const [height, columns] = [image.height / 2 ** depth, image.width / 2 ** depth];
    const lowest = channels.at(-1)!;
    /** All that happens at one level. */
    const level = (context: Context, name: string, x: Tensor, isLowest: boolean): Tensor => {
      let h = x;
      for (let i = 1; i <= blocks; i++) h = block(context, `${name}.block${i}`, h);
      return isLowest && attention ? attend(context, `${name}.attention`, h) : h;
    };
    return {
      output: "real",
      derived: { width, depth },
      encode(context, x) {
        let h = x;
        for (const [i, out] of channels.entries()) {
          const name = `encoder.level${i + 1}`;
          h = conv2d(context, `${name}.down`, h, { out, ...DOWN });
          h = level(context, name, h, i === depth - 1);
        }
        return diagonalNormal(context, "encoder", flatten(activated(context, "encoder.norm", h)), latentDim);
      },
      decode(context, latent) {
        let h = linear(context, "decoder.fc", latent, lowest * height * columns);
        h = reshape(h, [latent.shape[0]!, lowest, height, columns]);
        for (let i = depth - 1; i >= 0; i--) {
          const name = `decoder.level${i + 1}`;
          h = level(context, name, h, i === depth - 1);
          h = upsampledConv2d(context, `${name}.up`, h, channels[i - 1] ?? width / 2);
        }
        return conv2d(context, "decoder.output", activated(context, "decoder.norm", h), {
          out: image.channels,
          ...SAME,
        });
      },
    };
  },
});

/** x + what two convolutions make of it. */
function block(context: Context, name: string, x: Tensor): Tensor {
  const out = x.shape[1] as number;
  const one = (i: number, h: Tensor) =>
    conv2d(context, `${name}.conv${i}`, activated(context, `${name}.norm${i}`, h), { out, ...SAME });
  return add(x, one(2, one(1, x)));
}

function attend(context: Context, name: string, x: Tensor): Tensor {
  return add(x, selfAttention(context, name, groupNorm(context, `${name}.norm`, x, GROUPS)));
}

function activated(context: Context, name: string, x: Tensor): Tensor {
  return silu(groupNorm(context, name, x, GROUPS));
}

/** Throws a "config" error when the sides can't be halved so often. */
function depthFor(image: ImageShape, wanted: number | undefined): number {
  const { height, width } = image;
  const halves = (times: number) => height % 2 ** times === 0 && width % 2 ** times === 0;
  let depth = wanted ?? 1;
  if (wanted === undefined) {
    while (Math.min(height, width) > SMALLEST * 2 ** depth && halves(depth + 1)) depth++;
  }
  if (halves(depth)) return depth;
  const remedy = wanted === undefined ? "" : `set model.depth to ${depthFor(image, undefined)}, or `;
  const nearest = (side: number) => Math.max(1, Math.round(side / 2 ** depth)) * 2 ** depth;
  throw wrongImages(
    `residual of depth ${depth}`,
    `whose sides are multiples of ${2 ** depth}`,
    image,
    `${remedy}set data.size to ${[...new Set([nearest(height), nearest(width)])].join("×")}, or use "conv", which takes any size`,
  );
}
