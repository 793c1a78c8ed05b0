/** An evaluation as text for people: numbers with their units and errors, what was checked, what is wrong. */
import type { RunEvaluation } from "../jobs/index.ts";
import { formatNumber } from "./progress-lines.ts";
import { columns } from "./table.ts";

/** A mean over images or draws, as the metrics room gives it. */
type Estimate = RunEvaluation["importance"]["kl"];

/** Latents that get a row; the others are in the file. */
const SHOWN_LATENTS = 20;

/** Paragraphs: likelihoods, decomposition, latents, checks, diagnoses. */
export function evaluationText(evaluation: RunEvaluation, file: string): string {
  const { run, step, data, split, images, latentDim } = evaluation;
  const of = split === "heldOut" ? "held-out" : "training";
  return [
    `${run}, step ${step}: ${images} ${of} images of ${data}, ${latentDim} latents`,
    likelihoods(evaluation),
    decomposition(evaluation),
    latents(evaluation),
    checks(evaluation),
    diagnoses(evaluation),
    `written to ${file}`,
  ].join("\n\n");
}

/** `105.2 ± 0.3`: the error with two digits, the mean with as many decimals. */
export function formatEstimate({ mean, standardError }: Estimate): string {
  if (!Number.isFinite(mean) || !Number.isFinite(standardError)) return formatNumber(mean);
  const decimals =
    standardError > 0 ? Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(standardError)))) : 3;
  // The sign of a rounded zero is noise.
  const rounded = Number(mean.toFixed(decimals)) + 0;
  return `${rounded.toFixed(decimals)} ± ${standardError.toFixed(decimals)}`;
}

function likelihoods({ importance, bits, train }: RunEvaluation): string {
  const { negativeElbo, reconstruction, kl, negativeLogLikelihood, samples, effectiveSamples } = importance;
  const defined = "measure" in bits;
  const row = (name: string, estimate: Estimate, ofBits?: number): string[] => [
    name,
    formatEstimate(estimate),
    ofBits === undefined ? "" : ofBits.toFixed(4),
  ];
  const value = (key: "negativeElbo" | "reconstruction" | "kl" | "negativeLogLikelihood") =>
    defined ? bits[key] : undefined;
  const fewer = importance.bySamples.slice(0, -1);
  const table = columns([
    ["", "nats/image", defined ? "bits/dim" : ""],
    row("−ELBO at β = 1", negativeElbo, value("negativeElbo")),
    row("  reconstruction −ln p(x|z)", reconstruction, value("reconstruction")),
    row("  KL(q(z|x) ‖ p(z))", kl, value("kl")),
    row(
      `NLL, ${plural(samples, "importance sample")}`,
      negativeLogLikelihood,
      value("negativeLogLikelihood"),
    ),
    ...fewer.map((bound) => row(`  with ${plural(bound.samples, "sample")}`, bound.negativeLogLikelihood)),
    ["  effective samples", `${formatNumber(effectiveSamples.mean)} of ${samples}`],
    ...(train ? [row(`−ELBO of ${train.images} training images`, train.negativeElbo)] : []),
  ]);
  const note = defined
    ? bits.measure === "density"
      ? "bits/dim: of the density on [0, 1], against the width of one of 256 levels"
      : "bits/dim: of the stored pixels"
    : `no bits/dim: ${bits.undefinedBecause}`;
  return `${table}\n± is one standard error over the images\n${note}`;
}

function decomposition({ decomposition: found, activeUnits, latentDim, images }: RunEvaluation): string {
  const { mutualInformation, totalCorrelation, dimensionwiseKl, sum, draws } = found;
  const table = columns([
    ["KL = MI + TC + Σ KL_d", "nats"],
    [
      "  MI   I_q(x; z)",
      `${formatEstimate(mutualInformation)}  (at most ln N = ${Math.log(found.images).toFixed(3)})`,
    ],
    ["  TC   KL(q(z) ‖ Π q(z_d))", formatEstimate(totalCorrelation)],
    ["  Σ KL_d   KL(q(z_d) ‖ p(z_d))", formatEstimate(dimensionwiseKl)],
    ["  sum", `${formatEstimate(sum)}  (KL of the same images: ${formatNumber(found.kl)})`],
    ["active units", `${activeUnits.count} of ${latentDim}  (Var_x μ ≥ ${activeUnits.threshold})`],
  ]);
  const all = found.images === images ? "all" : "the first";
  return `${table}\nexact: q(z) is the mixture over ${all} ${found.images} posteriors; averaged over ${plural(draws, "draw")} of z`;
}

function latents({ klPerDimension, activeUnits, decomposition: found }: RunEvaluation): string {
  const order = klPerDimension.map((_, d) => d).sort((a, b) => klPerDimension[b]! - klPerDimension[a]!);
  const rows = order
    .slice(0, SHOWN_LATENTS)
    .map((d) => [
      String(d),
      formatNumber(klPerDimension[d]!),
      formatNumber(activeUnits.variances[d]!),
      formatEstimate(found.dimensionwiseKlPerDimension[d]!),
    ]);
  const hidden = order.length - rows.length;
  return [
    columns([["latent", "KL (nats)", "Var_x μ", "KL(q(z_d) ‖ p(z_d)) (nats)"], ...rows]),
    ...(hidden > 0 ? [`${hidden} latents with a smaller KL are in the file`] : []),
  ].join("\n");
}

function checks({ invariants }: RunEvaluation): string {
  return [
    "checked",
    ...invariants.map(({ holds, statement }) => `  ${holds ? "ok    " : "BROKEN"}  ${statement}`),
  ].join("\n");
}

function diagnoses({ diagnoses: found }: RunEvaluation): string {
  if (found.length === 0) return "diagnosis: nothing wrong found";
  return ["diagnosis", ...found.map(({ sentence }) => `  - ${sentence}`)].join("\n");
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
