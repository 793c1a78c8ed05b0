/**
 * `betalab evaluate`: everything that is known of what a trained model is worth, from the newest checkpoint of a
 * run, in one record that is also written into the run.
 */

import { stringifyJson } from "../base/json.ts";
import type { OnProgress } from "../base/progress.ts";
import type { Config } from "../config/index.ts";
import { isBinary, randomSubset, type Split, type SplitName, type Subset, takeFirst } from "../data/index.ts";
import { encodeSplit, type TrainedModel } from "../latent/index.ts";
import {
  type ActiveUnits,
  activeUnits,
  type Decomposition,
  type Diagnosis,
  decomposeKl,
  decompositionInvariants,
  diagnose,
  type Estimate,
  type Findings,
  type Fit,
  type ImportanceEstimate,
  type Invariant,
  importanceInvariants,
  importanceSampling,
  measureFit,
} from "../metrics/index.ts";
import { bitsPerDimension } from "../models/index.ts";
import { writeFileAtomic } from "../runs/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { betaOf, OpenRun, type Place } from "../trained/index.ts";

/** Nats per image and the latents' numbers; what is stored in `tables/evaluation.json`. */
export interface RunEvaluation {
  readonly format: 1;
  readonly run: string;
  /** Steps that the weights were trained for. */
  readonly step: number;
  readonly data: string;
  readonly split: SplitName;
  readonly images: number;
  /** Pixels × channels of an image. */
  readonly dimensions: number;
  readonly latentDim: number;
  readonly seed: number;
  /** −ELBO at β = 1, its two terms, and the importance-weighted NLL. */
  readonly importance: ImportanceEstimate;
  readonly bits: BitsPerDimension;
  readonly activeUnits: ActiveUnits;
  /** Analytic, mean over the images. */
  readonly klPerDimension: readonly number[];
  /** KL = MI + TC + Σ_d KL_d with the mixture over all images (a random hundred thousand of more). */
  readonly decomposition: Decomposition;
  readonly fit: Fit;
  /** −ELBO of some training images; absent when the split is the training one. */
  readonly train?: {
    readonly images: number;
    /** Where they are not all of them. */
    readonly subset?: Subset;
    readonly negativeElbo: Estimate;
  };
  readonly invariants: readonly Invariant[];
  readonly diagnoses: readonly Diagnosis[];
  /** Wall-clock seconds. */
  readonly seconds: number;
}

/** Bits per pixel and channel, or why there are none. */
export type BitsPerDimension =
  | {
      /** "mass": of the stored pixels. "density": of [0, 1], against the width of one of 256 levels. */
      readonly measure: "mass" | "density";
      readonly negativeElbo: number;
      readonly reconstruction: number;
      readonly kl: number;
      readonly negativeLogLikelihood: number;
    }
  | { readonly undefinedBecause: string };

export interface EvaluateOptions extends Place {
  /** Importance samples of each image. Default: 500. */
  readonly samples?: number | undefined;
  /** Default: "heldOut". */
  readonly split?: SplitName | undefined;
  /** Only the first so many images of the split. */
  readonly limit?: number | undefined;
  /** Told often; `done` and `total` in the stage's own units. */
  readonly onProgress?: OnProgress | undefined;
}

const SAMPLES = 500;
/** Of the training images, to compare with: enough to see a gap of a nat. */
const TRAIN_IMAGES = 5000;
const TRAIN_SAMPLES = 5;

/**
 * Evaluates a run and writes `tables/evaluation.json` (`evaluation-train.json` for the training split).
 *
 * Throws "run", "data" or "config" when it can't; "interrupted" when the signal aborts, with nothing written.
 */
export async function evaluate(
  path: string,
  options: EvaluateOptions = {},
): Promise<{ readonly path: string; readonly evaluation: RunEvaluation }> {
  const started = performance.now();
  const opened = OpenRun.open(path);
  const data = await opened.data(options);
  try {
    const { config, vae, state, step, run } = opened;
    const model = { runtime: await createRuntime(), vae, state };
    const name = options.split ?? "heldOut";
    const split = takeFirst(data[name], options.limit);
    const measured = await measure(model, split, config.seed, options);
    const { images } = split;
    const dimensions = images.height * images.width * images.channels;
    const train = name === "train" ? undefined : await measureTrain(model, data.train, config.seed, options);
    const { importance, decomposition } = measured;
    const evaluation: RunEvaluation = {
      format: 1,
      run: run.information.name,
      step,
      data: data.name,
      split: name,
      images: images.count,
      dimensions,
      latentDim: vae.latentDim,
      seed: config.seed,
      ...measured,
      bits: bitsOf(vae, importance, dimensions, isBinary(images)),
      ...(train && { train }),
      invariants: [...importanceInvariants(importance), ...decompositionInvariants(decomposition)],
      diagnoses: diagnose(findings(opened, measured, train)),
      seconds: (performance.now() - started) / 1000,
    };
    const file = name === "train" ? "evaluation-train.json" : "evaluation.json";
    const written = `${run.folder("tables")}/${file}`;
    writeFileAtomic(written, `${stringifyJson(evaluation, 2)}\n`);
    return { path: written, evaluation };
  } finally {
    data.close();
  }
}

type Measured = Pick<
  RunEvaluation,
  "importance" | "activeUnits" | "klPerDimension" | "decomposition" | "fit"
>;

/** The slow part. What is quick comes first, so that an unusable model fails immediately. */
async function measure(
  model: TrainedModel,
  split: Split,
  seed: number,
  options: EvaluateOptions,
): Promise<Measured> {
  const { signal, onProgress } = options;
  const watch = { signal, onProgress };
  const posteriors = await encodeSplit(model, split, watch);
  const fit = await measureFit(model, split, { seed, ...watch });
  const decomposition = await decomposeKl(model.runtime, posteriors, { seed, ...watch });
  const importance = await importanceSampling(model, split, posteriors, {
    samples: options.samples ?? SAMPLES,
    seed,
    ...watch,
  });
  const { klPerDimension } = posteriors;
  return { importance, activeUnits: activeUnits(posteriors), klPerDimension, decomposition, fit };
}

async function measureTrain(
  model: TrainedModel,
  train: Split,
  seed: number,
  options: EvaluateOptions,
): Promise<NonNullable<RunEvaluation["train"]>> {
  const { split: some, subset } = randomSubset(train, TRAIN_IMAGES, { seed, stream: "evaluate-train" });
  const { signal } = options;
  const posteriors = await encodeSplit(model, some, { signal });
  const { negativeElbo } = await importanceSampling(model, some, posteriors, {
    samples: TRAIN_SAMPLES,
    seed,
    signal,
    onProgress: (progress) => options.onProgress?.({ ...progress, stage: "weighing training images" }),
  });
  return { images: some.images.count, ...(subset && { subset }), negativeElbo };
}

function bitsOf(
  { decoding }: TrainedModel["vae"],
  { negativeElbo, reconstruction, kl, negativeLogLikelihood }: ImportanceEstimate,
  dimensions: number,
  binary: boolean,
): BitsPerDimension {
  const reason = decoding.misfit?.({ binary }) ?? decoding.caveat({ binary });
  if (reason !== undefined) return { undefinedBecause: reason };
  const { measure } = decoding;
  const bits = ({ mean }: Estimate) => bitsPerDimension(mean, dimensions, measure);
  return {
    measure,
    negativeElbo: bits(negativeElbo),
    reconstruction: bits(reconstruction),
    // A difference of two code lengths: no density, so no width of a level.
    kl: bitsPerDimension(kl.mean, dimensions, "mass"),
    negativeLogLikelihood: bits(negativeLogLikelihood),
  };
}

function findings(
  opened: OpenRun,
  { importance, klPerDimension, decomposition, fit }: Measured,
  train: RunEvaluation["train"],
): Findings {
  const { config } = opened;
  const { beta } = betaOf(opened);
  const { likelihood } = config.model;
  const { bySamples, samples, effectiveSamples } = importance;
  const [before, all] = bySamples.slice(-2);
  return {
    ...importance,
    klPerDimension,
    beta: typeof beta === "number" ? beta : undefined,
    trainNegativeElbo: train?.negativeElbo,
    mutualInformation: decomposition.mutualInformation,
    dimensionwiseKl: decomposition.dimensionwiseKlPerDimension.map(({ mean }) => mean),
    sigma: sigmaOf(likelihood),
    fit,
    importance: {
      samples,
      effectiveSamples: effectiveSamples.mean,
      ...(before &&
        all && {
          lastGain: {
            from: before.samples,
            nats: before.negativeLogLikelihood.mean - all.negativeLogLikelihood.mean,
          },
        }),
    },
  };
}

/** A Gaussian's σ: the number that the config gives, or "free" when training chose it. */
function sigmaOf(likelihood: Config["model"]["likelihood"]): number | "free" | undefined {
  if (!("sigma" in likelihood)) return undefined;
  return typeof likelihood.sigma === "number" ? likelihood.sigma : "free";
}
