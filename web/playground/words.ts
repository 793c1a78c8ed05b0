/** What is happening to a model, in words, from the numbers that are on the page. */

import { latentLabel } from "../../src/base/format.ts";
import { isActiveUnit } from "../../src/latent/index.ts";
import { type Diagnosis, diagnose } from "../../src/metrics/index.ts";
import type { Look, Opened, Progress } from "./lab/protocol.ts";
import type { Model } from "./model.svelte.ts";

/** One sentence each, the most important first. */
export function wordsOf({ opened, look, progress, isTouched }: Model): string[] {
  if (opened === undefined || look === undefined) return [];
  if (!isTouched) {
    return opened.step > 0
      ? [
          `This model comes with the page, trained for ${opened.step} steps.`,
          "The numbers are those of images that it has not seen. Train begins a new one from random weights.",
        ]
      : ["Random weights: every picture comes back as the same grey.", "Press Train, or take one Step."];
  }
  const latents = look.kl.length;
  const active = look.meanVariance.filter(isActiveUnit).length;
  const kl = look.kl.reduce((sum, one) => sum + one, 0);
  const step = progress?.step ?? opened.step;
  const early = step < opened.stepsPerEpoch;
  const largest = `${latentLabel(look.traversal.dimensions[0]!)} carries most, ${Math.max(...look.kl).toFixed(1)}`;
  const carried =
    active === 0
      ? "No latent carries anything: every picture comes back as the average one."
      : `${active} of ${latents} latents are in use and carry ${kl.toFixed(1)} nats; ${largest}.`;
  if (early)
    return [
      carried,
      "The first epoch: the decoder learns the average picture before any latent is worth its nats.",
    ];
  return [carried, ...faults(opened, look, progress).map(({ sentence }) => `${sentence}.`)];
}

/** What the evaluation's rules find in the numbers of now. */
function faults(opened: Opened, { kl }: Look, progress: Progress | undefined): Diagnosis[] {
  const value = (name: string) => ({
    mean: (progress?.terms[name] as number | undefined) ?? 0,
    standardError: 0,
    count: opened.counts.heldOut,
  });
  return diagnose({
    negativeElbo: value("negativeElbo"),
    reconstruction: value("reconstruction"),
    kl: value("kl"),
    klPerDimension: kl,
    beta: progress?.scalars.beta,
  });
}
