/** A mixture of diagonal Gaussians with learned weights, means and variances. */

import { z } from "zod";
import { logSumExp, subtract } from "../../graph/index.ts";
import { fill, uniform } from "../../nn/index.ts";
import { prior } from "./prior.ts";

/** Means begin with variance 1, as the standard normal's draws. */
const SPREAD = Math.sqrt(3);

export const mixture = prior({
  name: "mixture",
  summary: "a mixture of diagonal Gaussians; weights, means and variances are learned",
  options: z.strictObject({
    components: z.int().min(1).max(10_000).default(50).describe("Gaussians in the mixture"),
  }),
  create: ({ components }) => ({
    mixture({ context, latentDim }) {
      const shape = [components, latentDim];
      return context.within("prior", () => {
        const logits = context.parameter("prior.logits", [components], fill(0));
        return {
          logWeights: subtract(logits, logSumExp(logits, 0)),
          mean: context.parameter("prior.mean", shape, uniform(-SPREAD, SPREAD)),
          logVariance: context.parameter("prior.log_variance", shape, fill(0)),
        };
      });
    },
  }),
});
