/** Words of disentanglement: one for each metric, and what they are about. Definitions as measured: docs/metrics.md. */

import type { Entry } from "./entry.ts";

export const disentanglement: readonly Entry[] = [
  {
    term: "disentanglement",
    plain: "Each latent stands for one thing that varies in the images, and each such thing has one latent.",
    exact:
      "No single definition: the metrics disagree, and without supervision or bias no method is sure to reach it (Locatello 2019).",
    see: ["factor", "mig", "dci"],
  },
  {
    term: "factor",
    also: ["factors", "true factor", "ground truth"],
    plain: "Something that is known to vary between the images, such as slant or position.",
    exact:
      "A generative factor: categorical, ordinal (levels with an order) or continuous (sampled). On a complete grid every combination occurs once.",
    see: ["disentanglement"],
  },
  {
    term: "chance",
    also: ["chance level", "not beaten", "better than chance"],
    plain: "What a metric gives for latents that know nothing: a score has to beat it to say anything.",
    exact:
      "By the metric's definition (1/K of K factors), or measured: the mean score of codes that were each given to another image, three times. ° and “not beaten” mark an interval that reaches it.",
    see: ["mig", "interval"],
  },
  {
    term: "mig",
    also: ["MIG", "mutual information gap"],
    unit: "share, 0 to 1",
    plain: "Whether one latent knows a factor much better than the next one does.",
    exact:
      "Mean over factors of (largest − second largest I(code; factor))/H(factor), codes in 20 bins (Chen 2018). Two latents that share a factor fairly give 0.",
    see: ["mig-tc", "MI"],
  },
  {
    term: "mig-tc",
    unit: "share, 0 to 1",
    plain: "MIG with the whole posteriors instead of their centres.",
    exact:
      "Gap as in MIG with I(z_d; v) = H(z_d) − H(z_d|v) of the aggregate posterior, over H(v), on a grid ln of the number of levels (Chen 2018).",
    see: ["mig"],
  },
  {
    term: "dci",
    also: ["DCI"],
    unit: "share, 0 to 1",
    plain: "Whether each latent matters for one factor only when factors are learnt from the latents.",
    exact:
      "Disentanglement of Eastwood & Williams 2018 from importances of boosted trees, a random forest or a lasso; completeness and informativeness stand in its parts.",
    see: ["disentanglement"],
  },
  {
    term: "dci-es",
    also: ["DCI-ES"],
    unit: "share, at most 1",
    plain: "Whether a small model is enough to read the factors off the latents.",
    exact:
      "1 − twice the area between a random forest's loss by its depth and the least loss, over (deepest − shallowest)·baseline (Eastwood 2023).",
    see: ["dci", "explicitness"],
  },
  {
    term: "info-modularity",
    also: ["InfoModularity", "InfoM"],
    unit: "share, 0 to 1",
    plain: "Whether what a latent knows is about one factor.",
    exact:
      "Mean over active codes of the largest share of one factor in Σ_k I(z; v_k)/H(v_k), with chance 1/K taken to 0 (Hsu 2023).",
    see: ["modularity", "info-compactness"],
  },
  {
    term: "info-compactness",
    also: ["InfoCompactness", "InfoC"],
    unit: "share, 0 to 1",
    plain: "Whether what the latents know of a factor is in one of them.",
    exact:
      "As InfoModularity, over factors: the largest share of one active code, chance taken to 0 (Hsu 2023).",
    see: ["info-modularity", "mig"],
  },
  {
    term: "info-explicitness",
    also: ["InfoExplicitness", "InfoE"],
    unit: "share, at most 1",
    plain: "How much of what can be known of a factor a simple rule reads off the latents.",
    exact:
      "Mean over factors of 1 − loss/ln K of a logistic regression without a penalty, classes weighing alike, on its training samples (Hsu 2023).",
    see: ["info-modularity", "explicitness"],
  },
  {
    term: "downstream",
    also: ["downstream accuracy", "efficiency", "sample efficiency"],
    unit: "share, 0 to 1",
    plain: "How well factors are learnt from latents of few and of many labelled images.",
    exact:
      "Mean test accuracy over factors by training samples; the efficiency is that with 100 over that with 10 000 (Locatello 2019).",
    see: ["explicitness", "linear-probe"],
  },
  {
    term: "sap",
    also: ["SAP"],
    unit: "share, 0 to 1",
    plain: "How far the best single latent is ahead of the next at predicting a factor.",
    exact:
      "Mean over factors of the gap between the two best codes' test accuracies, a linear SVM on each code alone, or the squared correlation of a quantity (Kumar 2018).",
    see: ["mig"],
  },
  {
    term: "factor-vae",
    also: ["FactorVAE score"],
    unit: "share, 0 to 1",
    plain: "Of images that agree in one factor, whether the latent that varies least gives the factor away.",
    exact:
      "Accuracy of a majority vote on the index of the least normalised variance (Kim & Mnih 2018). Chance is one over the number of factors.",
    see: ["beta-vae"],
  },
  {
    term: "beta-vae",
    also: ["β-VAE score", "Higgins score"],
    unit: "share, 0 to 1",
    plain: "Of pairs that agree in one factor, whether their latents' differences give the factor away.",
    exact:
      "Accuracy of a logistic regression on mean |Δcode| of such pairs (Higgins 2017). Saturates early; chance is one over the number of factors.",
    see: ["factor-vae"],
  },
  {
    term: "irs",
    also: ["IRS", "interventional robustness score"],
    unit: "share, 0 to 1",
    plain: "Whether a latent stays where it is when the other factors change.",
    exact:
      "1 − a percentile of how far a code strays when the other factors change, relative to its largest (Suter 2019). A code that never moves looks robust.",
    see: ["disentanglement"],
  },
  {
    term: "modularity",
    unit: "share, 0 to 1",
    plain: "Whether each latent depends on one factor.",
    exact:
      "Mean over codes of 1 − (Σ_k m_k² − max m²)/(max m²·(K − 1)), m_k = I(code; factor k) (Ridgeway & Mozer 2018); a code that knows nothing counts as 0.",
    see: ["explicitness"],
  },
  {
    term: "explicitness",
    unit: "area under the ROC curve, ½ to 1",
    plain: "Whether factors can be read off the latents by a simple rule.",
    exact:
      "Mean area under the ROC curve of one-against-rest logistic regressions on test images (Ridgeway & Mozer 2018); ½ is chance.",
    see: ["modularity"],
  },
  {
    term: "udr",
    also: ["UDR", "unsupervised disentanglement ranking"],
    unit: "share, 0 to 1",
    plain: "Whether other seeds found the same latents: models that agree are more often disentangled.",
    exact:
      "Codes of one model found among those of another by lasso or Spearman's ρ, median over the other models (Duan 2020); no factors needed.",
    see: ["disentanglement"],
  },
  {
    term: "gaussian-tc",
    unit: "nats",
    plain: "How much the latents tell of each other, if all of it is in their correlations.",
    exact:
      "½(Σ ln Σ_dd − ln det Σ) of the codes' covariance Σ: no ceiling at ln N, blind to what is not linear.",
    see: ["TC"],
  },
  {
    term: "wasserstein-correlation",
    unit: "variance",
    plain: "How far the latents are from independent ones of the same widths.",
    exact:
      "Squared 2-Wasserstein distance of a Gaussian with the codes' covariance to the product of its marginals.",
    see: ["gaussian-tc"],
  },
  {
    term: "code-mutual-information",
    unit: "nats",
    plain: "How much pairs of latents tell of each other.",
    exact: "Mean I(z_i; z_j) over pairs, codes in equal-width bins.",
    see: ["TC"],
  },
  {
    term: "label-information",
    unit: "nats",
    plain: "How much the best single latent tells of the class.",
    exact: "max_d I(z_d; label), codes in 20 bins; at most H(label).",
    see: ["linear-probe"],
  },
  {
    term: "linear-probe",
    unit: "share, 0 to 1",
    plain: "How often a straight line through the latent space tells the class.",
    exact: "Held-out accuracy of a logistic regression on codes; chance is the most frequent class.",
    see: ["k-nn"],
  },
  {
    term: "k-nn",
    also: ["kNN", "nearest neighbours"],
    unit: "share, 0 to 1",
    plain: "How often an image's neighbours in the latent space are of its class.",
    exact: "Held-out accuracy of a vote among the nearest codes.",
    see: ["linear-probe"],
  },
  {
    term: "Spearman's ρ",
    also: ["ρ", "rank correlation", "rho"],
    plain: "Whether two things go up and down together: 1 always, −1 in opposite ways, 0 not at all.",
    exact:
      "Correlation of ranks, ties at their mean rank. It sees monotone relations only: a rotation that comes full circle has ρ near 0.",
    see: ["information share"],
  },
  {
    term: "information share",
    also: ["MI share"],
    unit: "share, 0 to 1",
    plain: "Which part of a factor one latent knows.",
    exact:
      "(I(code; factor) − its expectation by chance)/H(factor), codes in up to 20 equal-width bins; chance (b − 1)(l − 1)/2N nats for b bins, l levels (Miller 1955).",
    see: ["Spearman's ρ", "mig"],
  },
];
