/** What is happening to a model, in words, from the numbers that are on the page. */

import { latentLabel, plural } from "../../src/base/format.ts";
import { isActiveUnit } from "../../src/latent/index.ts";
import { type Diagnosis, diagnose } from "../../src/metrics/index.ts";
import type { Look, Opened, Progress } from "./lab/protocol.ts";
import type { Model } from "./model.svelte.ts";

/** One sentence each, the most important first. */
export function wordsOf({ opened, look, progress, isTouched, status, config }: Model): string[] {
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
  const largest = `${latentLabel(look.traversal.dimensions[0]!)} carries most, ${nats(Math.max(...look.kl))}`;
  const carried =
    active === 0
      ? "No latent carries anything: every picture comes back as the average one."
      : `${active} of ${latents} latents are in use and carry ${nats(kl)} nats; ${largest}.`;
  if (status === "finished")
    return [
      carried,
      `All ${plural(config.training.epochs, "epoch")} of the config are done: Train goes on for as many again.`,
    ];
  if (early)
    return [
      carried,
      "The first epoch: the decoder learns the average picture first, and then what a latent’s nats are worth.",
    ];
  return [carried, ...faults(opened, look, progress).map(({ sentence }) => `${begun(sentence)}.`)];
}

/** "16.6", "0.04": next to nothing is not 0.0. */
const nats = (value: number): string => value.toFixed(value < 0.95 ? 2 : 1);

/** With a capital where it begins with a word; a symbol stays as it is. */
const begun = (sentence: string): string =>
  sentence.replace(/^[a-z](?=[a-z])/, (first) => first.toUpperCase());

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
