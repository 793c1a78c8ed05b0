/** An evaluation as rows of text: the one description of it that the command line and the report both show. */

import { formatFixed, formatNumber, formatWithError, latentLabel, plural } from "../base/format.ts";
import { descending } from "../latent/index.ts";
import type { EvaluationRecord } from "../runs/index.ts";

type Estimate = EvaluationRecord["importance"]["kl"];

interface EvaluationSection {
  readonly title: string;
  /** Headings, that of the names first. */
  readonly columns: readonly string[];
  /** Name first; one that begins with two spaces is a part of the row above. */
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** A latent with less says next to nothing of an image, however active it counts. */
const CARRYING_NATS = 0.1;
/** Latents that get a row; the others are in the file. */
const SHOWN_LATENTS = 20;

export interface DescribedEvaluation {
  /** "mnist-mlp-20, step 4690: 10000 held-out images of MNIST, 20 latents". */
  readonly about: string;
  readonly sections: readonly EvaluationSection[];
}

export function describeEvaluation(evaluation: EvaluationRecord): DescribedEvaluation {
  const { run, checkpoint, images, split, subset, data, latentDim } = evaluation;
  const of = split === "heldOut" ? "held-out" : "training";
  const chosen = subset === undefined ? "" : ` (drawn from ${subset.of}, seed ${subset.seed})`;
  return {
    about: `${run}, step ${checkpoint.step}: ${plural(images, `${of} image`)}${chosen} of ${data}, ${plural(latentDim, "latent")}`,
    sections: [
      likelihoods(evaluation),
      ...(evaluation.pictures ? [pictures(evaluation.pictures, of)] : []),
      decomposition(evaluation),
      latents(evaluation),
    ],
  };
}

const show = ({ mean, standardError }: Estimate): string => formatWithError(mean, standardError);

function likelihoods({
  importance,
  bits,
  dequantised,
  train,
  likelihoodInForce,
}: EvaluationRecord): EvaluationSection {
  const { samples, effectiveSamples } = importance;
  const defined = "measure" in bits ? bits : undefined;
  type Key = "negativeElbo" | "reconstruction" | "kl" | "negativeLogLikelihood";
  const row = (name: string, key: Key): string[] => {
    const inBits = defined?.[key] as number | undefined;
    return [name, show(importance[key]), inBits === undefined ? "" : formatFixed(inBits, 4)];
  };
  return {
    title: "Likelihood and KL",
    columns: ["", "nats/image", defined ? "bits/dim" : ""],
    rows: [
      row(`−ELBO at β = 1, ${plural(samples, "draw")}`, "negativeElbo"),
      row("  reconstruction −ln p(x|z)", "reconstruction"),
      row("  KL(q(z|x) ‖ p(z))", "kl"),
      row(`NLL, ${plural(samples, "importance sample")}`, "negativeLogLikelihood"),
      ...importance.bySamples
        .slice(0, -1)
        .map((bound) => [`  with ${plural(bound.samples, "sample")}`, show(bound.negativeLogLikelihood), ""]),
      ["  effective samples", `${formatNumber(effectiveSamples.mean)} of ${samples}`, ""],
      ...(dequantised ? dequantisedRows(dequantised) : []),
      ...(train
        ? [[`−ELBO of ${plural(train.images, "training image")}`, show(train.negativeElbo), ""]]
        : []),
    ],
    notes: [
      `by ${plural(samples, "draw")} of z an image; ± is one standard error over the images`,
      bitsNote(bits),
      ...(dequantised
        ? [
            "dequantised: pixels (level + u)/256, u uniform; its bits bound those of the stored pixels from above",
          ]
        : []),
      ...Object.entries(likelihoodInForce).map(
        ([name, { value, unit }]) => `${name} ${formatNumber(value)}: ${unit}`,
      ),
    ],
  };
}

function pictures(
  { images, psnr, ssim, lpips, net, features }: NonNullable<EvaluationRecord["pictures"]>,
  of: string,
): EvaluationSection {
  const row = (name: string, value: NonNullable<typeof ssim>, unit: string): string[] => [
    name,
    show(value),
    unit,
    Number.isNaN(value.low) ? "" : `${formatNumber(value.low)} to ${formatNumber(value.high)}`,
  ];
  return {
    title: "Pictures",
    columns: [plural(images, "reconstruction"), "", "", images > 1 ? "95 %" : ""],
    rows: [
      row("PSNR", psnr, "dB"),
      ...(ssim ? [row("SSIM", ssim, "")] : []),
      ...(lpips ? [row("LPIPS", lpips, "")] : []),
      ...(features
        ? [
            [
              `FID, ${plural(features.samples, "draw")} and ${plural(features.images, `${of} image`)}`,
              ...[formatNumber(features.fid), "", ""],
            ],
            [
              `KID, ${plural(features.kid.subsets, "subset")} of ${features.kid.images}`,
              ...[formatWithError(features.kid.mean, features.kid.standardError), "", ""],
            ],
          ]
        : []),
    ],
    notes: [
      ssim
        ? "each at its posterior mean; SSIM of whole 11×11 windows (Wang et al. 2004)"
        : "each at its posterior mean; no SSIM under 11 pixels",
      ...(net ? [`seen by ${net}`] : []),
      ...(lpips
        ? [
            "LPIPS (Zhang et al. 2018): channels of unit length; each weighs 1, the paper's baseline, where the net has no weights",
          ]
        : []),
      ...(features ? conventions(features) : []),
    ],
  };
}

type Features = NonNullable<NonNullable<EvaluationRecord["pictures"]>["features"]>;

function conventions({ samples, images, dimensions }: Features): string[] {
  const few =
    Math.min(samples, images) <= dimensions ? "; of no more pictures than features it says little" : "";
  return [
    `FID (Heusel et al. 2017): Gaussians of ${plural(dimensions, "feature")}, unbiased covariances; the paper takes 50 000 draws, fewer raise it${few}`,
    "KID (Bińkowski et al. 2018): kernel (x·y/D + 1)³, unbiased, the paper's 100 subsets of 1000 where there are as many; ± over subsets",
  ];
}

const dequantisedRows = ({
  bits,
  negativeElbo,
  negativeLogLikelihood,
}: NonNullable<EvaluationRecord["dequantised"]>): string[][] => [
  ["dequantised −ELBO", show(negativeElbo), formatFixed(bits.negativeElbo, 4)],
  ["dequantised NLL", show(negativeLogLikelihood), formatFixed(bits.negativeLogLikelihood, 4)],
];

function bitsNote(bits: EvaluationRecord["bits"]): string {
  if (!("measure" in bits)) return `no bits/dim: ${bits.undefinedBecause}`;
  return bits.measure === "density"
    ? "bits/dim: of the density on [0, 1] at the stored pixels, against the width of one of 256 levels; not dequantised"
    : "bits/dim: of the stored pixels";
}

function decomposition({ decomposition: found, prior }: EvaluationRecord): EvaluationSection {
  const { images, of, growth, rise, bound } = found;
  const parts = [...growth, found];
  const row = (name: string, key: "mutualInformation" | "totalCorrelation" | "dimensionwiseKl") => [
    name,
    ...parts.map((part) => show(part[key])),
    key === "dimensionwiseKl" ? "" : bound ? "bounded by ln N" : "",
  ];
  const some = images === of ? `all ${of}` : `${images} of the ${of}`;
  const moves = `MI ${rise < 0 ? "falls" : "rises"} by ${formatNumber(Math.abs(rise))} from half of the images to all`;
  return {
    title: "Decomposition of the KL",
    columns: ["nats, by the mixture of N posteriors", ...parts.map((part) => `N = ${part.images}`), ""],
    rows: [
      row("  MI   I_q(x; z)", "mutualInformation"),
      ["    at most ln N", ...parts.map((part) => Math.log(part.images).toFixed(3)), ""],
      row("  TC   KL(q(z) ‖ Π q(z_d))", "totalCorrelation"),
      row(
        prior === undefined ? "  Σ KL_d   KL(q(z_d) ‖ p(z_d))" : "  Σ ln q(z_d) − ln p(z)",
        "dimensionwiseKl",
      ),
      ["  sum", ...growth.map(() => ""), show(found.sum), `KL of the same images: ${formatNumber(found.kl)}`],
      [
        "TC if q(z) were Gaussian",
        ...growth.map(() => ""),
        formatNumber(found.gaussianTotalCorrelation),
        "of its covariance, without a ceiling",
      ],
    ],
    notes: [
      `exact: q(z) is the mixture over the posteriors of ${some} training images; averaged over ${plural(found.draws, "draw")} of z`,
      bound
        ? `${moves}: MI and TC are bounded by ln N, they say more about N than about the model (${formatNumber(found.mutualInformation.mean)} of at most ${Math.log(images).toFixed(2)} nats; TC ${formatNumber(found.totalCorrelation.mean)} falls as MI rises, Σ KL_d ${formatNumber(found.dimensionwiseKl.mean)} stays)`
        : `${moves} (ln 2 = 0.69 at the ceiling): it is the model's, not that of N`,
      ...(prior === undefined
        ? []
        : [
            `the latents of the prior ${prior} depend on each other: TC and the row below it make KL(q(z) ‖ p(z)) together`,
          ]),
      "± is one standard error over the images drawn, as if others might have been: wider than the Monte-Carlo error of these images' own values",
    ],
  };
}

function latents(evaluation: EvaluationRecord): EvaluationSection {
  const { klPerDimension, activeUnits, decomposition: found, prior } = evaluation;
  const order = descending(klPerDimension);
  const shown = order.slice(0, SHOWN_LATENTS);
  const hidden = order.length - shown.length;
  return {
    title: "Latents",
    columns: [
      "latent",
      prior === undefined ? "KL (nats)" : "KL to N(0, 1) (nats)",
      "Var_x μ",
      "KL(q(z_d) ‖ p(z_d)) (nats)",
    ],
    rows: shown.map((d) => [
      latentLabel(d),
      formatNumber(klPerDimension[d]!),
      evaluation.images > 1 ? formatNumber(activeUnits.variances[d]!) : "",
      show(found.dimensionwiseKlPerDimension[d]!),
    ]),
    notes: [
      activity(evaluation),
      ...(hidden > 0
        ? [`${plural(hidden, "latent")} with a smaller KL ${hidden === 1 ? "is" : "are"} in the file`]
        : []),
    ],
  };
}

/** How active the active units are: the least of them beside the line, and what they carry. */
function activity({
  images,
  klPerDimension,
  activeUnits: { count, threshold, variances },
}: EvaluationRecord): string {
  if (images < 2) return "no Var_x μ of one image: which units are active is not known";
  const active = variances.flatMap((variance, d) =>
    variance >= threshold ? [{ variance, nats: klPerDimension[d]! }] : [],
  );
  const units = `${count} of ${plural(variances.length, "unit")} ${count === 1 ? "is" : "are"} active, Var_x μ ≥ ${threshold} (Burda et al. 2016)`;
  if (active.length === 0) return units;
  const least = active.reduce((a, b) => (b.variance < a.variance ? b : a));
  const carried = active.filter(({ nats }) => nats >= CARRYING_NATS).length;
  return `${units}: the least has ${formatNumber(least.variance)} and carries ${formatNumber(least.nats)} nats; ${carried} ${carried === 1 ? "carries" : "carry"} ${CARRYING_NATS} nats or more`;
}
