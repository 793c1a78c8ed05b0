/** Words of the model: what it is made of and what is minimised. */

import type { Entry } from "./entry.ts";

export const model: readonly Entry[] = [
  {
    term: "latent",
    also: ["latents", "latent dimension", "z", "code", "codes"],
    plain: "One of the few numbers that the encoder writes for an image, and that the decoder draws it from.",
    exact:
      "A component z_d of z ~ q(z|x), D of them; z₃ is the one with index 3, counted from 0. A code is the posterior mean μ(x).",
    see: ["posterior", "prior"],
  },
  {
    term: "posterior",
    also: ["q(z|x)", "encoder"],
    plain: "Where the encoder places an image: for each latent a centre and how sure it is of it.",
    exact: "q(z|x) = N(μ(x), diag σ²(x)), the encoder's output: mean and ln σ² of each latent.",
    see: ["latent", "aggregate posterior"],
  },
  {
    term: "prior",
    also: ["p(z)"],
    plain: "Where latents are drawn from when new images are made: a standard bell curve for each.",
    exact: "p(z) = N(0, I), unless `model.prior` learns a mixture of Gaussians.",
    see: ["KL"],
  },
  {
    term: "aggregate posterior",
    also: ["q(z)", "marginal"],
    plain: "Where all images together lie in the latent space.",
    exact: "q(z) = 1/N Σ_i q(z|x_i), the mixture over all N images; its marginals are q(z_d).",
    see: ["MI", "TC", "Σ KL_d"],
  },
  {
    term: "reparameterisation",
    also: ["z = μ + σ·ε"],
    plain: "Drawing a latent as centre plus width times noise, so that training can see through the draw.",
    exact:
      "z = μ(x) + σ(x)·ε, ε ~ N(0, I) (Kingma & Welling 2014, §2.4); ε is counter-based, so a run repeats bit for bit.",
    see: ["posterior"],
  },
  {
    term: "reconstruction",
    also: ["distortion", "−ln p(x|z)"],
    unit: "nats per image",
    plain:
      "What the pixels still cost once the latents are known: less means that pictures come back in more detail.",
    exact:
      "E_q[−ln p(x|z)], summed over pixels and channels, normaliser of the likelihood included. A sum, never a mean over pixels.",
    see: ["likelihood", "−ELBO", "rate–distortion curve"],
  },
  {
    term: "KL",
    also: ["KL(q(z|x) ‖ p(z))", "rate", "Kullback–Leibler divergence", "kld"],
    unit: "nats per image",
    plain: "How much about an image passes through the latents; 0 means that nothing does.",
    exact:
      "KL(q(z|x) ‖ p(z)) = Σ_d ½(μ_d² + σ_d² − ln σ_d² − 1), analytic, mean over images, sum over latents; to a learned prior sampled, ln q(z|x) − ln p(z) at the draws.",
    see: ["MI", "active units", "nats"],
  },
  {
    term: "−ELBO",
    also: ["elbo", "negative ELBO", "evidence lower bound", "held-out −ELBO"],
    unit: "nats per image",
    plain:
      "Reconstruction plus KL: what an image costs altogether. Less is better; the true cost lies at or below it.",
    exact:
      "E_q[−ln p(x|z)] + KL(q(z|x) ‖ p(z)) ≥ −ln p(x), always at β = 1, whatever was minimised: models trained at another β are worse by it by construction. Training, its report and `compare` know it by one draw of z an image, `evaluate` by as many as it takes: two estimates of one number.",
    see: ["reconstruction", "KL", "NLL", "β"],
  },
  {
    term: "likelihood",
    also: ["p(x|z)"],
    plain: "What the decoder believes about each pixel, and so what a wrong pixel costs.",
    exact:
      "A normalised log-density or mass of every pixel: Bernoulli, continuous Bernoulli, Gaussian, Laplace, discretised logistic. Bernoulli on grey pixels is a cross-entropy, not a likelihood. Nats under two likelihoods can't be compared.",
    see: ["reconstruction", "σ", "bits/dim"],
  },
  {
    term: "σ",
    also: ["sigma", "scale"],
    unit: "pixels in [0, 1]",
    plain:
      "How wide the decoder's doubt about a pixel is: a wide one lets details go, a narrow one pays for each.",
    exact:
      "Standard deviation of the Gaussian likelihood: fixed, on a schedule, learned, or the batch's root mean squared error (Rybkin 2021). Halving it multiplies squared errors by four against the KL, so it acts as 1/β does.",
    see: ["likelihood", "β"],
  },
  {
    term: "β",
    also: ["beta"],
    unit: "nats per nat",
    plain: "How dear a nat through the latents is: more makes the model say less, and often in tidier terms.",
    exact:
      "The weight of the KL in reconstruction + β·KL (Higgins 2017). It multiplies the sum over latents and nothing else; β = 1 is the VAE.",
    see: ["β_norm", "KL", "−ELBO"],
  },
  {
    term: "β_norm",
    also: ["beta_norm", "normalised beta"],
    plain: "β made comparable between image sizes.",
    exact:
      "β·M/N for M latents and N pixels × channels (Higgins 2017): what code that averages over pixels and latents calls β.",
    see: ["β"],
  },
  {
    term: "capacity",
    also: ["C"],
    unit: "nats per image",
    plain: "How many nats the latents are asked to carry; usually raised slowly.",
    exact: "C in reconstruction + γ·|KL − C| (Burgess 2018), the KL being the batch's mean.",
    see: ["γ", "KL"],
  },
  {
    term: "γ",
    also: ["gamma"],
    unit: "nats per nat",
    plain:
      "How strictly a model is held to its capacity; of soft free bits, the price of one latent's nats now.",
    exact:
      "Weight of |KL − C| (capacity), of TC (FactorVAE), of Σ KL_d (β-TCVAE); γ_d of soft free bits is multiplied by 1 ± rate until KL_d is λ, within [0, 1].",
    see: ["capacity", "soft free bits"],
  },
  {
    term: "free bits",
    unit: "nats per latent",
    plain: "A few nats that every latent may carry for nothing, so that none falls silent early.",
    exact: "reconstruction + Σ_d max(λ, KL_d), KL_d the batch's mean (Kingma 2016).",
    see: ["soft free bits", "posterior collapse"],
  },
  {
    term: "soft free bits",
    unit: "nats per latent",
    plain: "Every latent gets a price of its own that is steered until it carries about λ nats.",
    exact: "reconstruction + Σ_d γ_d·KL_d, γ_d steered to KL_d = λ ± tolerance (Dehban 2017; Chen 2017).",
    see: ["free bits", "γ"],
  },
  {
    term: "annealing",
    also: ["annealed", "schedule", "warm-up"],
    plain: "β starts small and grows, so that the latents learn to say something before it costs them.",
    exact:
      "β as a function of step or epoch (Bowman 2016); ramps, staircase, cosine, sigmoid, cyclical, exponential, piecewise.",
    see: ["β", "posterior collapse"],
  },
];
