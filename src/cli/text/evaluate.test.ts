import { expect, test } from "vitest";
import type { EvaluationRecord } from "../../runs/index.ts";
import { evaluationText } from "./evaluate.ts";

const told = (value: EvaluationRecord): string =>
  evaluationText({ value, paths: ["runs/x/tables/evaluation.json"], subject: "runs/x", options: {} });

const estimate = (mean: number, standardError: number) => ({ mean, standardError, count: 10_000 });

const evaluation: EvaluationRecord = {
  format: 2,
  run: "mnist-mlp-20",
  software: { betalab: "0.1.0" },
  checkpoint: { step: 4690, hash: "0123456789abcdef" },
  measuredAt: "2026-11-26T00:00:00.000Z",
  data: "MNIST",
  split: "heldOut",
  images: 10_000,
  dimensions: 784,
  latentDim: 2,
  seed: 0,
  importance: {
    samples: 500,
    negativeElbo: estimate(105.59, 0.27),
    reconstruction: estimate(80.49, 0.25),
    kl: estimate(25.1, 0.045),
    negativeLogLikelihood: estimate(100.98, 0.26),
    bySamples: [
      { samples: 1, negativeLogLikelihood: estimate(105.6, 0.27) },
      { samples: 500, negativeLogLikelihood: estimate(100.98, 0.26) },
    ],
    effectiveSamples: estimate(12.3456, 0.1),
  },
  bits: {
    measure: "mass",
    negativeElbo: 0.1943,
    reconstruction: 0.1481,
    kl: 0.0462,
    negativeLogLikelihood: 0.18582,
  },
  likelihoodInForce: { sigma: { value: 0.1136, unit: "standard deviation of each pixel" } },
  activeUnits: { count: 1, threshold: 0.01, variances: [0.001, 0.91] },
  klPerDimension: [0.002, 25.098],
  decomposition: {
    split: "train",
    of: 60_000,
    images: 60_000,
    growth: [15_000, 30_000].map((images) => ({
      images,
      mutualInformation: estimate(Math.log(images) - 0.1, 0.007),
      totalCorrelation: estimate(25.3 - Math.log(images), 0.05),
      dimensionwiseKl: estimate(0.31, 0.0065),
    })),
    rise: 0.31,
    bound: true,
    gaussianTotalCorrelation: 0.4321,
    draws: 2000,
    mutualInformation: estimate(10.52, 0.0073),
    totalCorrelation: estimate(14.27, 0.05),
    dimensionwiseKl: estimate(0.31, 0.0065),
    dimensionwiseKlPerDimension: [estimate(-0.000001, 0.0002), estimate(0.31, 0.0065)],
    sum: estimate(25.1, 0.055),
    kl: 25.09,
    difference: estimate(0.01, 0.02),
  },
  fit: { images: 1000, reconstructionError: 0.1, pixelDeviation: 0.26, swapCost: estimate(200, 3) },
  train: { images: 5000, negativeElbo: estimate(105.2, 0.4) },
  invariants: [
    { statement: "MI 9.020 ≤ ln N 9.210", holds: true },
    { statement: "TC -1.000 ≥ 0", holds: false },
  ],
  diagnoses: [{ name: "unused-latents", sentence: "1 of 2 latents carries < 0.01 nats: …" }],
  seconds: 60,
};

test("numbers with units and errors, latents by their KL, checks, diagnoses", () => {
  expect(told(evaluation)).toBe(
    `mnist-mlp-20, step 4690: 10000 held-out images of MNIST, 2 latents

                               nats/image      bits/dim
−ELBO at β = 1, 500 draws      105.59 ± 0.27   0.1943
  reconstruction −ln p(x|z)    80.49 ± 0.25    0.1481
  KL(q(z|x) ‖ p(z))            25.100 ± 0.045  0.0462
NLL, 500 importance samples    100.98 ± 0.26   0.1858
  with 1 sample                105.60 ± 0.27
  effective samples            12.35 of 500
−ELBO of 5000 training images  105.20 ± 0.40
by 500 draws of z an image; ± is one standard error over the images
bits/dim: of the stored pixels
sigma 0.1136: standard deviation of each pixel

nats, by the mixture of N posteriors  N = 15000        N = 30000         N = 60000
  MI   I_q(x; z)                      9.5158 ± 0.0070  10.2090 ± 0.0070  10.5200 ± 0.0073  bounded by ln N
    at most ln N                      9.616            10.309            11.002
  TC   KL(q(z) ‖ Π q(z_d))            15.684 ± 0.050   14.991 ± 0.050    14.270 ± 0.050    bounded by ln N
  Σ KL_d   KL(q(z_d) ‖ p(z_d))        0.3100 ± 0.0065  0.3100 ± 0.0065   0.3100 ± 0.0065
  sum                                                                    25.100 ± 0.055    KL of the same images: 25.09
TC if q(z) were Gaussian                                                 0.4321            of its covariance, without a ceiling
exact: q(z) is the mixture over the posteriors of all 60000 training images; averaged over 2000 draws of z
MI rises by 0.3100 from half of the images to all: MI and TC are bounded by ln N, they say more about N than about the model (10.52 of at most 11.00 nats; TC 14.27 falls as MI rises, Σ KL_d 0.3100 stays)
± is one standard error over the images drawn, as if others might have been: wider than the Monte-Carlo error of these images' own values

latent  KL (nats)  Var_x μ   KL(q(z_d) ‖ p(z_d)) (nats)
z₁      25.10      0.9100    0.3100 ± 0.0065
z₀      0.002000   0.001000  0.00000 ± 0.00020
1 of 2 units is active, Var_x μ ≥ 0.01 (Burda et al. 2016): the least has 0.9100 and carries 25.10 nats; 1 carries 0.1 nats or more

checked
  ok      MI 9.020 ≤ ln N 9.210
  BROKEN  TC -1.000 ≥ 0

diagnosis
  - 1 of 2 latents carries < 0.01 nats: …

written to runs/x/tables/evaluation.json`,
  );
});

test("no bits where there is no likelihood, and the reason; nothing wrong is said too", () => {
  const { train: _, ...rest } = evaluation;
  const text = told({
    ...rest,
    split: "train",
    bits: { undefinedBecause: "grey pixels" },
    diagnoses: [],
    decomposition: { ...rest.decomposition, images: 5000, bound: false, rise: 0.01 },
  });
  expect(text).not.toContain("bits/dim\n");
  expect(text).toContain("no bits/dim: grey pixels");
  expect(text).toContain("10000 training images of MNIST");
  expect(text).toContain("diagnosis: nothing wrong found");
  expect(text).toContain("the mixture over the posteriors of 5000 of the 60000 training images");
  expect(text).toContain(
    "MI rises by 0.01000 from half of the images to all (ln 2 = 0.69 at the ceiling): it is the model's",
  );
  expect(text).not.toContain("bounded by ln N");
  const one = { ...evaluation, train: { ...evaluation.train!, images: 1 } };
  expect(told(one)).toContain("−ELBO of 1 training image ");
});
