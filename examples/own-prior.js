/** A prior: Gaussians around a circle in the first two latents, all of one learned width; N(0, 1) in the others. */

import { constant, multiply, reshape } from "betalab/graph";
import { prior } from "betalab/models";
import { fill } from "betalab/nn";
import { z } from "zod";

export const ring = prior({
  name: "ring",
  summary: "Gaussians around a circle in the first two latents",
  options: z.strictObject({
    components: z.int().min(2).default(8).describe("Gaussians on the circle"),
    radius: z.number().positive().default(2).describe("of the circle"),
  }),
  create: ({ components, radius }) => ({
    // Of N(0, I) one knows more in closed form; a mixture's density, draws and quantiles follow from its parts.
    mixture({ context, latentDim }) {
      const mean = new Float32Array(components * latentDim);
      const onCircle = new Float32Array(components * latentDim);
      for (let k = 0; k < components; k++) {
        const angle = (2 * Math.PI * k) / components;
        mean.set([radius * Math.cos(angle), radius * Math.sin(angle)], k * latentDim);
        onCircle.fill(1, k * latentDim, k * latentDim + 2);
      }
      const shape = [components, latentDim];
      const width = context.within("prior", () => context.parameter("prior.log_variance", [1], fill(-2)));
      return {
        logWeights: constant(-Math.log(components), [components]),
        mean: constant(mean, shape),
        logVariance: multiply(constant(onCircle, shape), reshape(width, [1, 1])),
      };
    },
  }),
});
