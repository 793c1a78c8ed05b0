/**
 * What is wrong with a model, in words. Each rule looks at the numbers of an evaluation and says one sentence, with
 * its likely causes, or nothing. A rule is a line in `rules`.
 */

import { formatDigits, latentLabel, listed } from "../../base/format.ts";
import { UNUSED_NATS } from "../../base/unused.ts";
import type { EvaluationRecord } from "../../runs/web.ts";
import type { Estimate } from "./statistics.ts";

/** What the rules look at; nats per image. What was not measured is absent, and its rules stay silent. */
export interface Findings {
  readonly negativeElbo: Estimate;
  readonly reconstruction: Estimate;
  readonly kl: Estimate;
  /** To N(0, 1), whatever the prior. */
  readonly klPerDimension: readonly number[];
  /** Kind of a learned prior, which may lie far from N(0, 1); absent: N(0, I). */
  readonly prior?: string | undefined;
  /** The objective's weight of the KL, where it is one number. */
  readonly beta?: number | undefined;
  /** −ELBO of training images, when the others are held out. */
  readonly trainNegativeElbo?: Estimate | undefined;
  /** I_q(x; z). */
  readonly mutualInformation?: Estimate | undefined;
  /** KL(q(z_d) ‖ p(z_d)) of each latent. */
  readonly dimensionwiseKl?: readonly number[] | undefined;
  /** Standard deviation of a Gaussian likelihood, on pixels in [0, 1], and whether training chose it. */
  readonly sigma?: { readonly value: number; readonly chosen: boolean } | undefined;
  readonly fit?: Omit<EvaluationRecord["fit"], "images"> | undefined;
  readonly importance?:
    | {
        readonly samples: number;
        readonly effectiveSamples: number;
        /** Nats by which the bound fell from `from` samples to `samples`. */
        readonly lastGain?: { readonly from: number; readonly nats: number } | undefined;
      }
    | undefined;
}

/** Its `name` is stable: for scripts. */
export type Diagnosis = EvaluationRecord["diagnoses"][number];

interface Rule {
  readonly name: string;
  /** What a person reads after "found": the name in words. */
  readonly title: string;
  /** Says what it found; `undefined` when all is well. */
  find(findings: Findings): string | undefined;
}

/** A latent that carries more distinguishes e²⁰ values, which no image needs. */
const EXPLODED_NATS = 20;
/** A latent whose marginal is so far from N(0, 1) is not sampled where the decoder was trained. */
const FAR_FROM_PRIOR_NATS = 2;

export const rules: readonly Rule[] = [
  {
    name: "non-finite",
    title: "numbers that are not finite",
    find({ negativeElbo, reconstruction, kl }) {
      const broken = Object.entries({ reconstruction, KL: kl, "−ELBO": negativeElbo }).find(
        ([, estimate]) => !Number.isFinite(estimate.mean),
      );
      if (broken === undefined) return undefined;
      return (
        `${broken[0]} is ${broken[1].mean}: the weights are broken, or posterior variances overflow; ` +
        "train again with a smaller optimizer.learningRate, or with optimizer.clipNorm"
      );
    },
  },
  {
    name: "posterior-collapse",
    title: "posterior collapse",
    find(findings) {
      const total = findings.klPerDimension.length;
      if (total === 0 || countSilent(findings) < total) return undefined;
      const all = total === 1 ? "the only latent carries" : `all ${total} latents carry`;
      return `${all} < ${UNUSED_NATS} nats, so the posterior is the prior and z says nothing about the image: ${whySilent(findings)}`;
    },
  },
  {
    name: "unused-latents",
    title: "unused latents",
    find(findings) {
      const [count, total] = [countSilent(findings), findings.klPerDimension.length];
      if (count === 0 || count === total) return undefined;
      return `${count} of ${total} latents ${count === 1 ? "carries" : "carry"} < ${UNUSED_NATS} nats: ${whySilent(findings, `${total} are more than these images need`)}`;
    },
  },
  {
    name: "kl-explosion",
    title: "a KL explosion",
    find({ klPerDimension, prior, dimensionwiseKl, beta }) {
      const largest = indexOfLargest(klPerDimension);
      const farthest = indexOfLargest(dimensionwiseKl ?? []);
      const found: string[] = [];
      if (prior === undefined && (klPerDimension[largest] ?? 0) > EXPLODED_NATS) {
        found.push(`${latentLabel(largest)} carries ${formatPlain(klPerDimension[largest]!)} nats`);
      }
      if ((dimensionwiseKl?.[farthest] ?? 0) > FAR_FROM_PRIOR_NATS) {
        found.push(
          `the marginal of ${latentLabel(farthest)} lies ${formatPlain(dimensionwiseKl![farthest]!)} nats from ${prior === undefined ? "N(0, 1)" : "its prior"}`,
        );
      }
      if (found.length === 0) return undefined;
      const causes = [
        ...(beta !== undefined && beta < 1
          ? [`β = ${formatPlain(beta)} hardly holds the posterior to the prior`]
          : []),
        "the learning rate is too high (try optimizer.clipNorm)",
        "the likelihood's σ is so small that every pixel is worth many nats",
      ];
      return `KL explosion: ${found.join(", and ")}, so samples from the prior fall where the decoder was never trained: ${listed(causes, ", or ")}`;
    },
  },
  {
    name: "sigma-swallows-signal",
    title: "a σ that swallows the signal",
    find({ sigma, fit }) {
      if (sigma === undefined || fit === undefined) return undefined;
      const { pixelDeviation: deviation, reconstructionError: error } = fit;
      const { value, chosen } = sigma;
      // A σ that training chose can't be much wider than what reconstructions leave, once it has settled.
      if (!(value >= (chosen ? 0.95 : 1) * deviation)) return undefined;
      const what = `σ = ${formatPlain(value)} swallows the signal: pixels deviate only ${formatPlain(deviation)} from the mean image`;
      return chosen
        ? `${what}, and ${formatPlain(error)} of that is left in the reconstructions: ` +
            "start from a fixed small σ, warm β up from 0, or train longer"
        : `${what}, so the model may call every difference noise: make σ smaller, or let it be optimal`;
    },
  },
  {
    name: "decoder-ignores-latents",
    title: "a decoder that ignores the latents",
    find({ kl, fit }) {
      if (fit === undefined) return undefined;
      const { swapCost } = fit;
      // A latent that is used is worth more to the decoder than it costs in KL.
      if (!(swapCost.mean < 0.1 * Math.max(1, kl.mean))) return undefined;
      const cost = formatPlain(swapCost.mean);
      const costs = swapCost.mean > 0 ? `costs only ${cost} nats more` : `costs no more (${cost} nats)`;
      return (
        `the decoder ignores the latents: an image decoded from another image's z ${costs}, ` +
        `while the KL is ${formatPlain(kl.mean)}: the posterior collapsed, the decoder needs no z, or it was not trained long enough`
      );
    },
  },
  {
    name: "uninformative-latents",
    title: "latents that say little of the image",
    find({ kl, mutualInformation }) {
      if (mutualInformation === undefined) return undefined;
      if (!(kl.mean > 1 && mutualInformation.mean < 0.1 * Math.min(kl.mean, 1 + Math.log(kl.count))))
        return undefined;
      return (
        `z costs ${formatPlain(kl.mean)} nats of KL but says only ${formatPlain(mutualInformation.mean)} nats of which image it is: ` +
        "the posteriors differ from the prior and hardly from each other: train longer, or with a larger optimizer.learningRate"
      );
    },
  },
  {
    name: "over-fitting",
    title: "over-fitting",
    find({ negativeElbo: heldOut, trainNegativeElbo: train }) {
      if (train === undefined) return undefined;
      const gap = heldOut.mean - train.mean;
      const error = Math.hypot(heldOut.standardError, train.standardError);
      if (!(gap > 3 * error && gap > Math.max(1, 0.02 * Math.abs(train.mean)))) return undefined;
      return (
        `over-fitting: held-out images cost ${formatPlain(gap)} ± ${formatPlain(error)} nats more than training images ` +
        `(${formatPlain(heldOut.mean)} against ${formatPlain(train.mean)}): stop earlier, use more images or a smaller net, or set optimizer.weightDecay`
      );
    },
  },
  {
    name: "few-effective-samples",
    title: "too few effective samples",
    find({ importance }) {
      if (importance === undefined || importance.samples < 100) return undefined;
      const { samples, effectiveSamples, lastGain } = importance;
      if (!(effectiveSamples < 2 || (lastGain?.nats ?? 0) > 1)) return undefined;
      return (
        `the importance-weighted NLL is still a loose bound: of ${samples} samples ${effectiveSamples.toFixed(1)} count ` +
        `on average${lastGain === undefined ? "" : `, and those beyond ${lastGain.from} still gained ${formatPlain(lastGain.nats)} nats`}: ` +
        "use more samples before comparing it"
      );
    },
  },
];

/** A diagnosis' name in words; of one that this version doesn't know, its name. */
export const diagnosisTitle = (name: string): string =>
  rules.find((rule) => rule.name === name)?.title ?? name;

const countSilent = ({ klPerDimension }: Findings): number =>
  klPerDimension.filter((nats) => nats < UNUSED_NATS).length;

/** Likely causes of silent latents, with those of the rule. */
function whySilent({ beta, sigma }: Findings, ...own: readonly string[]): string {
  const causes = [
    ...(beta !== undefined && beta > 1 ? [`β = ${formatPlain(beta)} is too high for this likelihood`] : []),
    ...(sigma?.chosen === false
      ? [`σ = ${formatPlain(sigma.value)} is so wide that details are not worth their nats`]
      : []),
    ...own,
    "they collapsed early in training: warm β up from 0, or use free bits",
  ];
  return listed(causes, ", or ");
}

/** All that the rules find, in their order; empty when nothing is wrong. */
export function diagnose(findings: Findings): Diagnosis[] {
  return rules.flatMap(({ name, find }) => {
    const sentence = find(findings);
    return sentence === undefined ? [] : [{ name, sentence }];
  });
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** Three significant digits, no exponent for ordinary sizes: 10, 0.0213, 105. */
function formatPlain(value: number): string {
  return formatDigits(value, Math.abs(value) >= 100 ? 4 : 3);
}
