/**
 * What a prior is: a mixture of diagonal Gaussians over the latents, whose numbers may be learned. So its density, that
 * of each latent, draws and quantiles are exact for all of them, and a new one says no more than its components.
 */

import type { z } from "zod";
import type { Definition } from "../../base/definitions.ts";
import {
  add,
  constant,
  logSumExp,
  multiply,
  reshape,
  softmax,
  stopGradient,
  subtract,
  sum,
  type Tensor,
} from "../../graph/index.ts";
import { type Context, type DiagonalNormal, normalLogDensity } from "../../nn/index.ts";
import type { ImageShape } from "../architecture.ts";

/** Σ_k w_k·N(z; μ_k, diag σ_k²). */
export interface Mixture extends DiagonalNormal {
  /** ln w_k, `[components]`; mean and ln σ² are `[components, latent]`. */
  readonly logWeights: Tensor;
}

/** What a prior is made of. */
interface PriorPlace {
  readonly context: Context;
  readonly latentDim: number;
  readonly image: ImageShape;
  /** The first images of a batch, `[batch, channel, height, width]` in [0, 1], where a training begins. */
  readonly images?: Tensor | undefined;
  /** The model's own encoder as it is outside of training: `[rows, channel, height, width]` → posteriors. */
  encode(images: Tensor): DiagonalNormal;
}

/** The config's section `model.prior` names it as `kind`, beside its options. */
export interface Prior<Name extends string = string, Options extends z.ZodObject = z.ZodObject>
  extends Definition<Name, Options> {
  create(options: z.output<Options>): BuiltPrior;
}

export interface BuiltPrior {
  /** Absent: N(0, I), where much is known in closed form. */
  mixture?(place: PriorPlace): Mixture;
}

/** Keeps the exact types of name and options, from which a config's are made. */
export function prior<const Name extends string, Options extends z.ZodObject>(
  definition: Prior<Name, Options>,
): Prior<Name, Options> {
  return definition;
}

/** ln N(z; μ_k, σ_k²) of each latent under each component: `[rows, components, latent]`. */
function componentDensities(z: Tensor, { mean, logVariance }: Mixture): Tensor {
  const [rows, latent] = z.shape as [number | string, number];
  const spread = (x: Tensor) => reshape(x, [1, ...x.shape]);
  return normalLogDensity(reshape(z, [rows, 1, latent]), {
    mean: spread(mean),
    logVariance: spread(logVariance),
  });
}

/** ln p(z) of each row, in nats: `[rows]`. */
export function mixtureLogDensity(z: Tensor, mixture: Mixture): Tensor {
  return logSumExp(add(sum(componentDensities(z, mixture), [2]), mixture.logWeights), 1);
}

/**
 * ln q(z|x) − ln p(z) of one draw of each image, shared out among the latents: `[batch, latent]`, in nats.
 *
 * −ln p(z) = Σ_k r_k·(ln r_k − ln w_k − Σ_d ln N(z_d; μ_kd, σ_kd²)) with r the components' shares of z: so a latent's
 * part is told exactly but for the choice of components, Σ_k r_k·ln(r_k/w_k), which all latents bear equally.
 */
export function mixtureKl(z: Tensor, posterior: DiagonalNormal, mixture: Mixture): Tensor {
  const latent = z.shape[1] as number;
  const densities = componentDensities(z, mixture);
  const joint = add(sum(densities, [2]), mixture.logWeights);
  // At these shares the sum is at its maximum, ln p(z): no gradient need flow through them.
  const shares = stopGradient(softmax(joint));
  const [rows, components] = joint.shape as [number | string, number];
  const own = subtract(
    normalLogDensity(z, posterior),
    sum(multiply(reshape(shares, [rows, components, 1]), densities), [1]),
  );
  const logShares = stopGradient(subtract(joint, reshape(logSumExp(joint, 1), [rows, 1])));
  const choice = sum(multiply(shares, subtract(logShares, mixture.logWeights)), [1], true);
  return add(own, multiply(choice, constant(1 / latent)));
}
