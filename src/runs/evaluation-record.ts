/** What an evaluation says of a run: the value of `evaluate`, and what `tables/evaluation.json` holds. */

import { join } from "node:path";
import { z } from "zod";
import { estimate, float, list, readJobRecord, recordHead } from "./job-record.ts";

const measured = estimate.extend({
  low: float.describe("mean − 1.96 standard errors: of a 95 % interval"),
  high: float.describe("mean + 1.96 standard errors"),
});

/** How good pictures are. */
const picturesRecord = z.object({
  images: z.int().describe("reconstructions at the posterior mean, each against its original"),
  psnr: measured.describe("dB, pixels in [0, 1]"),
  ssim: measured
    .optional()
    .describe(
      "Wang et al. 2004: 11×11 Gaussian windows, σ = 1.5, wholly within the picture; absent for sides under 11 pixels",
    ),
  net: z.string().optional().describe("with `features`: the net, and what it is fed"),
  lpips: measured.optional().describe("Zhang et al. 2018, by a net that gives feature maps"),
  features: z
    .object({
      samples: z.int().describe("draws from the prior"),
      images: z.int().describe("images of the split that they are compared with"),
      dimensions: z.int().describe("features of each picture"),
      fid: float.describe("Fréchet distance of Gaussians fitted to the features (Heusel et al. 2017)"),
      kid: z
        .object({
          mean: float.describe("over subsets"),
          standardError: float.describe("over subsets"),
          images: z.int().describe("of each side in a subset"),
          subsets: z.int().describe("subsets that were drawn"),
        })
        .describe("unbiased squared MMD of the features, kernel (x·y/D + 1)³ (Bińkowski et al. 2018)"),
    })
    .optional()
    .describe("by a net that gives a vector: samples against images"),
});

export const diagnosis = z.object({
  name: z.string().describe("of the rule, stable: for scripts"),
  sentence: z.string().describe("what is wrong, and its likely causes"),
});

const subset = z
  .object({
    of: z.int().describe("images that there are"),
    count: z.int().describe("images that were chosen"),
    seed: z.int().describe("of the choice"),
  })
  .optional();

const bound = "bits per dimension: ";

const bits = z.union([
  z.object({
    measure: z
      .enum(["mass", "density"])
      .describe("mass: of the stored pixels; density: of [0, 1], against the width of one of 256 levels"),
    negativeElbo: float.describe(`${bound}−ELBO at β = 1`),
    reconstruction: float.describe(`${bound}−ln p(x|z)`),
    kl: float.describe(`${bound}KL(q(z|x) ‖ p(z))`),
    negativeLogLikelihood: float.describe(`${bound}−ln p(x), from above`),
  }),
  z.object({ undefinedBecause: z.string().describe("why there are none") }),
]);

const terms = {
  mutualInformation: estimate.describe("I_q(x; z) = E[ln q(z|x) − ln q(z)], at most ln N, nats"),
  totalCorrelation: estimate.describe("KL(q(z) ‖ Π_d q(z_d)) = E[ln q(z) − Σ_d ln q(z_d)], nats"),
  dimensionwiseKl: estimate.describe(
    "Σ_d KL(q(z_d) ‖ p(z_d)), nats; under a learned prior E[Σ ln q(z_d) − ln p(z)]",
  ),
};

export const evaluationRecord = z.looseObject({
  ...recordHead,
  data: z.string().describe("the data set's name"),
  split: z.enum(["heldOut", "train"]).describe("which images were evaluated"),
  images: z.int().describe("images evaluated"),
  subset: subset.describe("a random subset of the split's images; absent when all were evaluated"),
  dimensions: z.int().describe("pixels × channels of an image"),
  latentDim: z.int().describe("latents of the model"),
  prior: z.string().optional().describe("kind of a learned prior; absent: N(0, I)"),
  seed: z.int().describe("of the draws"),
  importance: z
    .object({
      samples: z.int().describe("importance samples of each image"),
      negativeElbo: estimate.describe("reconstruction + KL at β = 1: an upper bound of the NLL"),
      reconstruction: estimate.describe("−ln p(x|z), each image's mean over its samples"),
      kl: estimate.describe(
        "KL(q(z|x) ‖ p(z)), analytic; under a learned prior the mean of ln q(z|x) − ln p(z) over the samples",
      ),
      negativeLogLikelihood: estimate.describe(
        "−[ln Σ_s p(x, z_s)/q(z_s|x) − ln S]: falls to −ln p(x) from above as S grows",
      ),
      bySamples: list(
        z.object({
          samples: z.int().describe("importance samples of each image"),
          negativeLogLikelihood: estimate.describe("−ln p(x), from above, nats per image"),
        }),
      ).describe(
        "the same bound with fewer samples, averaged over disjoint groups of them; the last is all of them",
      ),
      effectiveSamples: estimate.describe("(Σw)²/Σw² of each image's weights"),
    })
    .describe("nats per image; standard errors are over the images"),
  bits: bits.describe("bits per dimension, or why there are none"),
  dequantised: z
    .object({
      negativeElbo: estimate.describe("at β = 1, nats per image"),
      negativeLogLikelihood: estimate.describe("−ln p(x), from above, nats per image"),
      bits: z
        .object({
          negativeElbo: float.describe(`${bound}−ELBO at β = 1`),
          negativeLogLikelihood: float.describe(`${bound}−ln p(x)`),
        })
        .describe("upper bounds of the bits per dimension of the stored 8-bit pixels"),
    })
    .optional()
    .describe(
      "with `dequantise`: nats per image of the density at pixels (level + u)/256, u uniform on [0, 1)",
    ),
  likelihoodInForce: z
    .record(
      z.string(),
      z.object({ value: float.describe("in `unit`"), unit: z.string().describe("of the value") }),
    )
    .describe("numbers of the likelihood: the `sigma` or `scale` that is given, learned or optimal"),
  activeUnits: z
    .object({
      count: z.int().describe("latents whose posterior mean varies at least by the threshold"),
      threshold: float.describe("variance from which a latent counts"),
      variances: list(float).describe(
        "of each latent's posterior mean over the N images, divided by N − 1 as the published code does",
      ),
    })
    .describe("of Burda et al. 2016"),
  klPerDimension: list(float).describe("KL(q(z_d|x) ‖ N(0, 1)), nats per image, analytic"),
  decomposition: z
    .object({
      split: z.literal("train").describe("the training images, of which there are most"),
      of: z.int().describe("training images that there are"),
      images: z.int().describe("N: posteriors in the mixture"),
      draws: z.int().describe("images that a z was drawn for"),
      ...terms,
      dimensionwiseKlPerDimension: list(estimate).describe("KL(q(z_d) ‖ p(z_d)) of each latent, nats"),
      sum: estimate.describe("the three together: E[ln q(z|x) − ln p(z)]"),
      kl: float.describe(
        "what they must sum to, over the same images as the draws: analytic, or under a learned prior by other draws",
      ),
      difference: estimate.describe("sum − kl, draw by draw: zero but for the luck of the draws"),
      growth: list(
        z.object({
          images: z.int().describe("posteriors in the mixture"),
          ...terms,
        }),
      ).describe("the same by a quarter and by half of the images"),
      rise: float.describe("of MI from half of the images to all, in nats; at most ln 2 = 0.69"),
      bound: z
        .boolean()
        .describe(
          "MI still rises with N: ln N bounds it, and MI and TC say more about N than about the model",
        ),
      gaussianTotalCorrelation: float.describe(
        "TC of a Gaussian with q(z)'s covariance: no ceiling, but only linear",
      ),
    })
    .describe("KL = MI + TC + Σ KL_d in nats, with the mixture over all training images (100 000 at most)"),
  fit: z
    .object({
      images: z.int().describe("images that were looked at"),
      reconstructionError: float.describe(
        "root mean square of reconstruction − pixel, pixels in [0, 1], z drawn from the posterior",
      ),
      pixelDeviation: float.describe(
        "root mean square of pixel − mean image: what reconstructing the mean image would leave",
      ),
      swapCost: estimate.describe(
        "−ln p(x|z of another image) + ln p(x|own z): nats per image that the own latent is worth to the decoder",
      ),
    })
    .describe("whether the decoder listens to its latents"),
  pictures: picturesRecord.optional().describe("how good the pictures are, pixels in [0, 1]"),
  train: z
    .object({
      images: z.int().describe("training images that were evaluated"),
      subset: subset.describe("a random subset of the training images; absent for all"),
      negativeElbo: estimate.describe("at β = 1, nats per image"),
    })
    .optional()
    .describe("−ELBO of some training images; absent when the split is the training one"),
  invariants: list(
    z.object({
      statement: z.string().describe("with the numbers: MI 7.963 ≤ ln N 8.318"),
      holds: z.boolean().describe("false means a bug of betalab, not a bad model"),
    }),
  ).describe("what must hold"),
  diagnoses: list(diagnosis).describe("what is wrong with the model"),
  seconds: float.describe("time it took, s"),
});

export type EvaluationRecord = z.output<typeof evaluationRecord>;

/**
 * What `evaluate` left in a run about its held-out images; `undefined` where it did not.
 *
 * Throws "run" naming the file when it can't be used.
 */
export function readEvaluation(run: string): EvaluationRecord | undefined {
  return readJobRecord(join(run, "tables", "evaluation.json"), evaluationRecord, "evaluate");
}
