/** What is happening to a model, in words, from the numbers that are on the page. */

import type { Model } from "./model.svelte.ts";

/** Burda et al. 2016. */
const ACTIVE = 0.01;

/** One sentence each, the most important first. */
export function wordsOf({ opened, look, progress, isTouched }: Model): string[] {
  if (opened === undefined || look === undefined) return [];
  if (!isTouched) {
    return opened.step > 0
      ? [
          `This model comes with the page, trained for ${opened.step} steps.`,
          "Train begins a new one from random weights.",
        ]
      : ["Random weights: every picture comes back as the same grey.", "Press Train, or take one Step."];
  }
  const latents = look.kl.length;
  const active = look.meanVariance.filter((variance) => variance > ACTIVE).length;
  const kl = look.kl.reduce((sum, one) => sum + one, 0);
  const beta = progress?.scalars.beta;
  const weight = beta === undefined ? "the weight of the KL" : `β = ${Number(beta.toPrecision(3))}`;
  const step = progress?.step ?? opened.step;
  const early = step < opened.stepsPerEpoch;
  if (active === 0) {
    return early
      ? ["The decoder learns the average picture first: no latent carries anything yet."]
      : [
          `All ${latents} latents are silent: the posterior has collapsed onto the prior.`,
          `${weight} is too high for this likelihood; lower it, or raise it slowly.`,
        ];
  }
  const largest = Math.max(...look.kl);
  const carried = `${active} of ${latents} latents are in use and carry ${kl.toFixed(1)} nats; z${subscript(look.traversal.dimensions[0]!)} carries most, ${largest.toFixed(1)}.`;
  if (active < latents / 2 && !early)
    return [carried, `${latents - active} went silent: ${weight} asks more for them than they save.`];
  return [carried, ...(early ? ["The first epoch: the picture of the KL still moves fast."] : [])];
}

const subscript = (value: number): string =>
  [...String(value)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
