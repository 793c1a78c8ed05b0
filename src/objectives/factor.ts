/**
 * FactorVAE (Kim & Mnih 2018): the total correlation of q(z), weighted by γ, is estimated by a discriminator that
 * distinguishes latents from latents whose dimensions were each shuffled across the batch. Two gradient functions: the
 * model's group of parameters minimises one loss, the discriminator's group another, so neither reaches the other.
 * As in disentanglement_lib, the shuffled latents are those of the same batch.
 */

import { z } from "zod";
import {
  add,
  constant,
  gatherElements,
  leakyRelu,
  mean,
  multiply,
  negate,
  slice,
  softplus,
  subtract,
  type Tensor,
} from "../graph/index.ts";
import { type Context, chain, linear, scaleByAdam, scaleByRate, scheduleOf } from "../nn/index.ts";
import { objective } from "./objective.ts";

const DISCRIMINATOR = "discriminator";

export const factor = objective({
  name: "factor",
  summary: "−ELBO + γ·TC, the total correlation estimated by a discriminator (FactorVAE, Kim & Mnih 2018)",
  options: z.strictObject({
    gamma: scheduleOf(z.number().nonnegative()).default(40).describe("weight of the total correlation"),
    layers: z.int().min(1).max(64).default(6).describe("hidden layers of the discriminator, leaky ReLU 0.2"),
    width: z.int().min(1).default(1000).describe("their width"),
    discriminatorRate: scheduleOf(z.number().positive())
      .default(1e-4)
      .describe("learning rate of the discriminator's Adam, whose β₁ is 0.5 and β₂ 0.9"),
  }),
  create: ({ gamma, layers, width, discriminatorRate }) => ({
    scalars: { gamma },
    leastBatch: 2,
    groups: [
      {
        name: DISCRIMINATOR,
        optimizer: chain(
          scaleByAdam({ beta1: 0.5, beta2: 0.9, epsilon: 1e-8 }),
          scaleByRate(discriminatorRate),
        ),
      },
    ],
    loss({ inference: { z }, reconstruction, kl, context, batchSize, scalar, random }) {
      const columns = z.shape[1] as number;
      const order = random({ name: "shuffle", kind: "permutation", shape: [batchSize, columns] });
      const shuffled = gatherElements(z, order, 0);
      // ln of the odds that z was not shuffled: their mean is the density-ratio estimate of the TC.
      const [odds, shuffledOdds] = context.within(DISCRIMINATOR, () => [
        logOdds(context, z, layers, width),
        logOdds(context, shuffled, layers, width),
      ]) as [Tensor, Tensor];
      const totalCorrelation = mean(odds);
      const crossEntropy = add(mean(softplus(negate(odds))), mean(softplus(shuffledOdds)));
      const discriminatorLoss = multiply(crossEntropy, constant(0.5));
      return {
        loss: add(add(reconstruction, kl), multiply(scalar("gamma"), totalCorrelation)),
        losses: { [DISCRIMINATOR]: discriminatorLoss },
        terms: { totalCorrelation, discriminatorLoss },
      };
    },
  }),
});

/** The discriminator, with two logits as in the paper: `[batch, latent]` → their difference, `[batch, 1]`. */
function logOdds(context: Context, z: Tensor, layers: number, width: number): Tensor {
  let h = z;
  for (let i = 1; i <= layers; i++) {
    h = leakyRelu(linear(context, `${DISCRIMINATOR}.fc${i}`, h, width), 0.2);
  }
  const logits = linear(context, `${DISCRIMINATOR}.output`, h, 2);
  return subtract(slice(logits, 1, 0, 1), slice(logits, 1, 1, 2));
}
