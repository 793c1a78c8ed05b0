/** `evaluate`: everything that is known of what a trained model is worth; of a run, from its newest checkpoint. */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { type Dataset, isBinary, randomIndices, type Split, selectSplit } from "../data/index.ts";
import { priorOf, type SplitPosteriors, type TrainedModel } from "../latent/index.ts";
import {
  activeUnits,
  boundByCount,
  decomposeKl,
  decompositionGrowth,
  decompositionInvariants,
  diagnose,
  type Estimate,
  type Findings,
  gaussianTcOf,
  type ImportanceEstimate,
  importanceInvariants,
  importanceSampling,
  measureFit,
} from "../metrics/index.ts";
import { bitsPerDimension } from "../models/index.ts";
import { type EvaluationRecord, evaluationRecord } from "../runs/index.ts";
import { betaOf, likelihoodInForce, type OpenModel, posteriorsOf, trainedModel } from "../trained/index.ts";
import { type Teller, telling } from "./events.ts";
import { headOf } from "./head.ts";
import { defineJob } from "./job.ts";
import { openSubject, placeOf } from "./open.ts";
import { computing, flag, split, whole } from "./options.ts";
import { featureOptions, measurePictures } from "./picture-quality.ts";

const options = z.strictObject({
  samples: z
    .int()
    .min(1)
    .max(2 ** 20)
    .default(500)
    .describe("importance samples of each image"),
  ...computing,
  split,
  dequantise: flag(
    "of a density, also bound the bits of the stored 8-bit pixels, by uniform noise within each level",
  ),
  ...featureOptions,
  limit: whole(2, "number of images, chosen at random, the same for every run (default: all)"),
});

/** Of the training images, to compare with: enough to see a gap of a nat. */
const TRAIN_IMAGES = 5000;
const TRAIN_SAMPLES = 5;
/** Not the run's: runs that differ in their seed are evaluated on the same images. */
const SUBSET_SEED = 0;

export const evaluate = defineJob({
  name: "evaluate",
  summary: "likelihoods, active units, the KL's exact decomposition, and a diagnosis",
  example: "betalab evaluate runs/mnist-mlp-20 --samples 500",
  takes: "model",
  options,
  value: evaluationRecord,
  artifacts: true,
  destination: "tables/ of the run",
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      const place = placeOf(context, options, tell);
      const opened = openSubject(context.subject, place, tell);
      const head = headOf(opened);
      const data = await opened.data(place);
      try {
        const { table, ...measured } = await evaluation(opened, data, options, tell);
        const value = { ...head, data: data.name, ...measured };
        return {
          value,
          artifacts: [{ kind: "record", value }, table],
          stem: options.split === "train" ? "evaluation-train" : "evaluation",
          folder: opened.path,
        };
      } finally {
        data.close();
      }
    }),
});

async function evaluation(
  opened: OpenModel,
  data: Dataset,
  { samples, split: name, limit, dequantise, ...given }: z.output<typeof options>,
  tell: Teller,
) {
  const started = performance.now();
  const { config, vae } = opened;
  const model = await trainedModel(opened);
  const of = data[name].images.count;
  const indices = subsetOf(of, limit, "evaluate-subset");
  const split = indices ? selectSplit(data[name], indices) : data[name];
  if (dequantise && vae.decoding.measure === "mass") {
    throw new BetalabError(
      "usage",
      `\`dequantise\`: ${config.model.likelihood.kind} is a probability of the stored pixels already`,
      "leave it out",
    );
  }
  const posteriors = await posteriorsOf(opened, data, name, { indices, ...tell });
  const at: At = { model, opened, data, tell, limit };
  const { pictures, table } = await measurePictures(model, split, posteriors, {
    options: given,
    seed: config.seed,
    indices,
    tell,
  });
  const measured = await measure(at, split, posteriors, samples);
  const { images } = split;
  const dimensions = images.height * images.width * images.channels;
  const noisy =
    dequantise &&
    (await importanceSampling(model, split, posteriors, {
      samples,
      seed: config.seed,
      dequantise,
      signal: tell.signal,
      onProgress: (progress) => tell.stage({ ...progress, stage: "weighing dequantised images" }),
    }));
  const train = name === "train" ? undefined : await measureTrain(at);
  const { importance, decomposition } = measured;
  return {
    split: name,
    images: images.count,
    ...(indices && { subset: { of, count: indices.length, seed: SUBSET_SEED } }),
    dimensions,
    latentDim: vae.latentDim,
    ...(!vae.hasStandardPrior && { prior: config.model.prior?.kind }),
    seed: config.seed,
    ...measured,
    pictures,
    table,
    bits: bitsOf(vae, importance, dimensions, isBinary(images)),
    ...(noisy && { dequantised: dequantisedOf(noisy, dimensions) }),
    likelihoodInForce: likelihoodInForce(opened),
    ...(train && { train }),
    invariants: [...importanceInvariants(importance), ...decompositionInvariants(decomposition)],
    diagnoses: diagnose(findings(opened, measured, train)),
    seconds: (performance.now() - started) / 1000,
  };
}

type Measured = Pick<
  EvaluationRecord,
  "importance" | "activeUnits" | "klPerDimension" | "decomposition" | "fit"
>;

interface At {
  readonly model: TrainedModel;
  readonly opened: OpenModel;
  readonly data: Dataset;
  readonly tell: Teller;
  readonly limit: number | undefined;
}

/** The slow part. What is quick comes first, so that an unusable model fails immediately. */
async function measure(
  at: At,
  split: Split,
  posteriors: SplitPosteriors,
  samples: number,
): Promise<Measured> {
  const { model, opened, tell } = at;
  const watch = { seed: opened.config.seed, ...tell };
  const fit = await measureFit(model, split, posteriors, watch);
  const decomposition = await decompose(at);
  const importance = await importanceSampling(model, split, posteriors, { ...watch, samples });
  const { klPerDimension } = posteriors;
  return { importance, activeUnits: activeUnits(posteriors), klPerDimension, decomposition, fit };
}

/**
 * By the training images, of which there are most: MI is at most ln N whatever the model, so N is as large as it can
 * be, and how MI and TC move up to it goes with them.
 */
async function decompose(at: At): Promise<EvaluationRecord["decomposition"]> {
  const { model, opened, data, tell, limit } = at;
  const of = data.train.images.count;
  const indices = subsetOf(of, limit, "evaluate-decomposition");
  const posteriors = await posteriorsOf(opened, data, "train", { indices, ...tell });
  const options = { seed: opened.config.seed, ...tell, prior: await priorOf(model) };
  const growth = await decompositionGrowth(model.runtime, posteriors, options);
  const decomposition = await decomposeKl(model.runtime, posteriors, options);
  return {
    split: "train",
    of,
    ...decomposition,
    growth,
    ...boundByCount(decomposition, growth),
    gaussianTotalCorrelation: gaussianTcOf(posteriors),
  };
}

/** Images chosen at random, where not all are looked at. */
const subsetOf = (of: number, limit = of, stream: string): Uint32Array | undefined =>
  limit < of ? randomIndices(of, limit, { seed: SUBSET_SEED, stream }) : undefined;

async function measureTrain(at: At): Promise<NonNullable<EvaluationRecord["train"]>> {
  const { model, opened, data } = at;
  const { seed } = opened.config;
  const { signal, stage } = at.tell;
  const of = data.train.images.count;
  const count = Math.min(TRAIN_IMAGES, of);
  const indices = randomIndices(of, count, { seed, stream: "evaluate-train" });
  const posteriors = await posteriorsOf(opened, data, "train", { indices, signal });
  const { negativeElbo } = await importanceSampling(model, selectSplit(data.train, indices), posteriors, {
    samples: TRAIN_SAMPLES,
    seed,
    signal,
    onProgress: (progress) => stage({ ...progress, stage: "weighing training images" }),
  });
  return { images: count, ...(count < of && { subset: { of, count, seed } }), negativeElbo };
}

function bitsOf(
  { decoding }: TrainedModel["vae"],
  { negativeElbo, reconstruction, kl, negativeLogLikelihood }: ImportanceEstimate,
  dimensions: number,
  binary: boolean,
): EvaluationRecord["bits"] {
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

function dequantisedOf(
  { negativeElbo, negativeLogLikelihood }: ImportanceEstimate,
  dimensions: number,
): NonNullable<EvaluationRecord["dequantised"]> {
  const bits = ({ mean }: Estimate) => bitsPerDimension(mean, dimensions, "density");
  return {
    negativeElbo,
    negativeLogLikelihood,
    bits: { negativeElbo: bits(negativeElbo), negativeLogLikelihood: bits(negativeLogLikelihood) },
  };
}

function findings(
  opened: OpenModel,
  { importance, klPerDimension, decomposition, fit }: Measured,
  train: EvaluationRecord["train"],
): Findings {
  const { beta } = betaOf(opened);
  const { bySamples, samples, effectiveSamples } = importance;
  const [before, all] = bySamples.slice(-2);
  return {
    ...importance,
    klPerDimension,
    prior: opened.vae.hasStandardPrior ? undefined : opened.config.model.prior?.kind,
    beta: typeof beta === "number" ? beta : undefined,
    trainNegativeElbo: train?.negativeElbo,
    mutualInformation: decomposition.mutualInformation,
    dimensionwiseKl: decomposition.dimensionwiseKlPerDimension.map(({ mean }) => mean),
    sigma: sigmaOf(opened),
    // A single image does not vary, and no other lends it a latent.
    fit: fit.images > 1 ? fit : undefined,
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

/** A Gaussian's σ in force. */
function sigmaOf(opened: OpenModel): Findings["sigma"] {
  const { likelihood } = opened.config.model;
  const { sigma } = likelihoodInForce(opened);
  if (!("sigma" in likelihood) || sigma === undefined) return undefined;
  return { value: sigma.value, chosen: likelihood.sigma === "learned" || likelihood.sigma === "optimal" };
}
