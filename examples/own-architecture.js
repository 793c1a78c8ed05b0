/** An architecture: fully connected, with shortcuts around every hidden layer. */

import { add, flatten, relu, reshape } from "betalab/graph";
import { architecture } from "betalab/models";
import { diagonalNormal, linear } from "betalab/nn";
import { z } from "zod";

export const residualMlp = architecture({
  name: "residualMlp",
  summary: "fully connected residual blocks: h + f(h)",
  options: z.strictObject({
    width: z.int().positive().default(64).describe("of every layer"),
    blocks: z.int().min(1).default(2).describe("residual blocks on either side"),
  }),
  create({ width, blocks }, { height, width: columns, channels }, latentDim) {
    /** @type {(context: import("betalab/nn").Context, side: string, x: import("betalab/graph").Tensor) => import("betalab/graph").Tensor} */
    const tower = (context, side, x) => {
      let h = relu(linear(context, `${side}.input`, x, width));
      for (let i = 1; i <= blocks; i++) h = add(h, relu(linear(context, `${side}.block${i}`, h, width)));
      return h;
    };
    return {
      output: "real",
      encode: (context, x) =>
        diagonalNormal(context, "encoder", tower(context, "encoder", flatten(x)), latentDim),
      decode(context, latent) {
        const pixels = linear(
          context,
          "decoder.output",
          tower(context, "decoder", latent),
          height * columns * channels,
        );
        return reshape(pixels, [latent.shape[0], channels, height, columns]);
      },
    };
  },
});
