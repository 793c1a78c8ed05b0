/** Words of likelihoods, of what the latents carry, and of what can go wrong. */

import type { Entry } from "./entry.ts";

export const evaluation: readonly Entry[] = [
  {
    term: "nats",
    also: ["nat", "nats/image", "nats per image"],
    plain:
      "The unit of information with natural logarithms: ln 2 = 0.69 nats tell two equal cases apart, so 1 nat is 1.44 bits.",
    exact: "−ln of a probability, summed over pixels, channels and latents, averaged over images.",
    see: ["bits/dim"],
  },
  {
    term: "bits/dim",
    also: ["bits per dimension", "bpd"],
    unit: "bits per pixel and channel",
    plain: "The cost of an image spread over its pixels, to compare sizes.",
    exact:
      "nats/(pixels·channels·ln 2); of a density on [0, 1] 8 is added, the width of one of 256 levels. Left out where p is not a likelihood of the data.",
    see: ["nats", "likelihood"],
  },
  {
    term: "NLL",
    also: ["negative log-likelihood", "−ln p(x)"],
    unit: "nats per image",
    plain: "What an image truly costs the model, as near as it can be computed. Less is better.",
    exact:
      "−ln p(x) from above by S importance samples, −[ln Σ_s p(x, z_s)/q(z_s|x) − ln S] (Burda 2016); falls to the truth as S grows. Compare equal S only.",
    see: ["−ELBO", "effective samples"],
  },
  {
    term: "PSNR",
    also: ["peak signal-to-noise ratio"],
    unit: "dB",
    plain:
      "How near a reconstruction is to its picture, pixel by pixel. More is better, and blur costs little.",
    exact:
      "10·log₁₀(1/MSE) over pixels in [0, 1] and channels, of each picture at its posterior mean; then the mean.",
    see: ["SSIM"],
  },
  {
    term: "SSIM",
    also: ["structural similarity"],
    plain: "How alike small windows of two pictures are in light, contrast and structure; 1 for equal ones.",
    exact:
      "Wang et al. 2004: 11×11 windows weighed by a Gaussian of σ = 1.5, K₁ = 0.01, K₂ = 0.03, pixels in [0, 1]; mean of the windows wholly inside, then of the channels.",
    see: ["PSNR", "LPIPS"],
  },
  {
    term: "LPIPS",
    also: ["perceptual similarity"],
    plain: "How different two pictures look to a net that was trained to see. Less is better.",
    exact:
      "Zhang et al. 2018: squared differences of unit-length channels of a net's feature maps, weighed, summed over channels, mean over places, summed over maps.",
    see: ["SSIM", "FID"],
  },
  {
    term: "FID",
    also: ["Fréchet inception distance"],
    plain:
      "How far drawn pictures are from real ones, as a set, to a net that sees. Less is better; compare equal numbers of pictures only.",
    exact:
      "Heusel et al. 2017: |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½) of the net's features, unbiased covariances.",
    see: ["KID"],
  },
  {
    term: "KID",
    also: ["kernel inception distance"],
    plain: "The same by another distance, which does not depend on how many pictures there are.",
    exact:
      "Bińkowski et al. 2018: unbiased squared MMD with the kernel (x·y/D + 1)³, the mean over 100 subsets of at most 1000 of each.",
    see: ["FID"],
  },
  {
    term: "effective samples",
    plain: "How many of the importance samples really count; few mean that the NLL is still too high.",
    exact:
      "(Σ_s w_s)²/Σ_s w_s² of each image's weights w_s = p(x, z_s)/q(z_s|x), mean over images; from 1 to S.",
    see: ["NLL"],
  },
  {
    term: "active units",
    also: ["active latents", "active", "idle"],
    plain: "How many latents change with the image at all.",
    exact:
      "#{d : Var_x μ_d(x) ≥ 0.01} (Burda 2016). A unit just above 0.01 carries next to nothing: look at its nats as well.",
    see: ["KL", "silent latent"],
  },
  {
    term: "silent latent",
    also: ["silent", "unused latent"],
    plain: "A latent that says nothing about any image: moving it changes nothing.",
    exact: "KL_d < 0.01 nats: its posterior is the prior.",
    see: ["posterior collapse", "active units"],
  },
  {
    term: "posterior collapse",
    also: ["collapse", "collapsed"],
    plain: "Latents give up: the decoder draws without asking them.",
    exact:
      "q(z_d|x) = p(z_d) for some or all d. Likely causes: β too high for the likelihood, σ too wide, a decoder that needs no z, latents beyond what the data need.",
    see: ["silent latent", "annealing", "free bits"],
  },
  {
    term: "MI",
    also: ["mutual information", "I_q(x; z)"],
    unit: "nats",
    plain: "How well the latents tell which image they are of.",
    exact:
      "I_q(x; z) = E[ln q(z|x) − ln q(z)], q(z) the mixture over all N images; at most ln N, and near that it says more about N than about the model.",
    see: ["TC", "Σ KL_d", "ln N"],
  },
  {
    term: "ln N",
    also: ["ceiling"],
    unit: "nats",
    plain: "The most that can be known about which of N images it is.",
    exact:
      "MI ≤ ln N. Where MI has reached it, what remains of the KL shows up as TC: decompositions compare on the same images only.",
    see: ["MI", "TC"],
  },
  {
    term: "TC",
    also: ["total correlation"],
    unit: "nats",
    plain: "How much the latents tell of each other: 0 when each goes its own way.",
    exact:
      "KL(q(z) ‖ Π_d q(z_d)) = E[ln q(z) − Σ_d ln q(z_d)] (Chen 2018), exact over the mixture of all images.",
    see: ["MI", "Σ KL_d", "gaussian-tc"],
  },
  {
    term: "Σ KL_d",
    also: ["dimension-wise KL", "KL(q(z_d) ‖ p(z_d))", "dimensionwise KL"],
    unit: "nats",
    plain: "How far each latent, over all images, is from the bell curve that samples are drawn from.",
    exact: "Σ_d KL(q(z_d) ‖ p(z_d)). MI + TC + Σ KL_d is the KL (Hoffman & Johnson 2016).",
    see: ["MI", "TC", "prior"],
  },
  {
    term: "swap cost",
    unit: "nats per image",
    plain:
      "What an image's own latents are worth to the decoder: how much worse another image's would draw it.",
    exact:
      "E[−ln p(x|z′) + ln p(x|z)], z′ of another image. Below the KL the latents cost more than they are worth.",
    see: ["KL"],
  },
  {
    term: "decoder weight norm",
    also: ["weight norm", "decoder norms"],
    plain: "How loudly the decoder listens to a latent.",
    exact:
      "Euclidean norm of the latent's column in the decoder's first weights; near 0 for one that it ignores.",
    see: ["KL", "silent latent"],
  },
  {
    term: "over-fitting",
    also: ["overfitting"],
    plain: "Training images cost less than images that the model never saw: it learnt them by heart.",
    exact: "Held-out −ELBO above the training one by more than 3 standard errors, 1 nat and 2 %.",
    see: ["held-out", "−ELBO"],
  },
  {
    term: "held-out",
    also: ["heldOut", "test images"],
    plain: "Images that training never saw, kept to judge it by.",
    exact: "The set's own test split, or a fraction `data.heldOut` that is the same for every seed.",
    see: ["over-fitting"],
  },
];
