/** Words of runs, of comparing them, and of the pictures. */

import type { Entry } from "./entry.ts";

export const experiment: readonly Entry[] = [
  {
    term: "seed",
    plain: "The number that all of a run's chance comes from: the same one gives the same run.",
    exact:
      "Key of counter-based random numbers (Philox 4×32-10). Same seed, machine and threads: the same bits.",
    see: ["setting"],
  },
  {
    term: "setting",
    also: ["settings"],
    plain: "Runs that differ in their seed only are one setting, tried several times.",
    exact: "All configs that are equal but for seed, name and threads.",
    see: ["seed", "interval"],
  },
  {
    term: "epoch",
    plain: "One pass through the training images.",
    exact:
      "⌊images/batch size⌋ steps, whole batches in a new order each time, the rest left out; held-out numbers are measured after each.",
    see: ["step"],
  },
  {
    term: "step",
    plain: "One batch: the weights are changed a little.",
    exact: "One update of the optimiser. Checkpoints, schedules and records count in them.",
    see: ["epoch"],
  },
  {
    term: "interval",
    also: ["95 % interval", "±", "standard error"],
    plain: "How far a number could be off by luck.",
    exact:
      "Of an evaluation ± is one standard error over images; of a metric a 95 % bootstrap interval over its samples; of a comparison 95 % over seeds. Where it stands it says which.",
    see: ["seed", "Holm's test", "noise over seeds"],
  },
  {
    term: "Holm's test",
    also: ["Holm", "family-wise error"],
    plain: "Many comparisons find something by luck alone; this one asks more of each the more there are.",
    exact: "Step-down Bonferroni (Holm 1979): all that it names hold together at 5 %.",
    see: ["interval"],
  },
  {
    term: "noise over seeds",
    also: ["noise"],
    plain:
      "How much runs of one setting differ by luck alone; a difference has to be larger to say anything.",
    exact:
      "Standard deviation of the residuals of value = setting (+ seed), one for all settings, or of each pair where variances differ.",
    see: ["seed", "setting", "deviations of the noise"],
  },
  {
    term: "deviations of the noise",
    also: ["effect size", "Hedges' g"],
    plain: "How many times larger a difference is than what luck does to a single run.",
    exact:
      "Hedges' g: difference over the noise's standard deviation, times 1 − 3/(4ν − 1) for ν degrees of freedom.",
    see: ["noise over seeds"],
  },
  {
    term: "Welch's test",
    also: ["Welch"],
    plain: "A comparison of two settings that need not be equally noisy.",
    exact: "t of two means by their own variances (Welch 1947), degrees of freedom by Satterthwaite.",
    see: ["Holm's test", "noise over seeds"],
  },
  {
    term: "false-discovery rate",
    also: ["FDR", "Benjamini and Hochberg"],
    plain: "Of what a list points out, the share that luck put there: for exploring, not for claims.",
    exact: "q of Benjamini and Hochberg 1995 over the same p as Holm's test.",
    see: ["Holm's test"],
  },
  {
    term: "interaction",
    plain: "What one factor does depends on the other.",
    exact: "F test of the product of two factors over a grid of settings, unweighted means (type III).",
    see: ["setting", "false-discovery rate"],
  },
  {
    term: "rate–distortion curve",
    also: ["rate-distortion", "rate and distortion"],
    plain: "What detail costs: KL along, reconstruction up. Models on one dashed line cost the same.",
    exact:
      "Distortion E_q[−ln p(x|z)] over rate KL(q(z|x) ‖ p(z)) (Alemi 2018); lines of slope −1 have equal −ELBO, tangents of slope −β are optima at β.",
    see: ["KL", "reconstruction"],
  },
  {
    term: "traversal",
    also: ["traverse", "latent traversal"],
    plain: "One latent is moved while the others stand still, to see what it does.",
    exact:
      "Decoded x̂(z + t·e_d), from the prior's draws, zeros or posterior means, over a fixed range, σs, quantiles or the extremes of the codes.",
    see: ["latent"],
  },
  {
    term: "interpolation",
    also: ["slerp"],
    plain: "The pictures between two images, drawn from the way between their latents.",
    exact:
      "Straight (lerp) or along the sphere (slerp), whose points have the norm that draws from the prior have.",
    see: ["latent"],
  },
  {
    term: "latent map",
    also: ["projection", "embedding"],
    plain: "All images as points on a plane, near where they are alike to the encoder.",
    exact: "Posterior means projected by PCA, t-SNE or UMAP, or shown as they are when there are two.",
    see: ["pca", "tsne", "umap"],
  },
  {
    term: "pca",
    also: ["PCA"],
    plain: "The flat view that shows most of the spread; distances keep their meaning.",
    exact: "The two leading eigenvectors of the codes' covariance; the explained variance stands beside it.",
    see: ["latent map"],
  },
  {
    term: "tsne",
    also: ["t-SNE"],
    plain: "A map that keeps neighbours together; distances between groups mean little.",
    exact: "Barnes–Hut t-SNE (van der Maaten 2014); the KL beside it is its own objective, not the model's.",
    see: ["latent map"],
  },
  {
    term: "umap",
    also: ["UMAP"],
    plain: "A map that keeps neighbours together and is quicker than t-SNE on many images.",
    exact: "McInnes 2018, by umap-js, on exact neighbours.",
    see: ["latent map"],
  },
];
