/**
 * What a training came to, in words: each rule looks at the held-out numbers of the last epoch and says something, or
 * nothing. A rule is a line in `trainingRules`.
 */

import { formatFixed, latentLabel, plural } from "../../base/format.ts";
import { UNUSED_NATS } from "../../base/unused.ts";
import { amount, nats } from "./format.ts";
import type { Said } from "./said.ts";

/** Nats per image, of held-out images. */
export interface TrainingNumbers {
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly klPerDimension: readonly number[];
  /** −ELBO one epoch earlier. */
  readonly before?: number | undefined;
  /** The weight of the KL, where it is one number. */
  readonly beta?: number | undefined;
}

type Rule = (numbers: TrainingNumbers) => Said | undefined;

/** −ELBO that falls by more of itself in one epoch is still on its way. */
const STILL_FALLING = 0.005;

const collapsed: Rule = ({ klPerDimension, kl }) =>
  klPerDimension.every((nats) => nats < UNUSED_NATS)
    ? {
        name: "collapsed",
        plain: "No latent says anything about the image: every picture comes out the same.",
        exact: `each KL_d < ${UNUSED_NATS} nats, KL ${formatFixed(kl, 3)}`,
      }
    : undefined;

const silent: Rule = ({ klPerDimension }) => {
  const dimensions = klPerDimension.flatMap((nats, d) => (nats < UNUSED_NATS ? [d] : []));
  if (dimensions.length === 0 || dimensions.length === klPerDimension.length) return undefined;
  return {
    name: "silent-latents",
    plain: `${dimensions.length} of ${klPerDimension.length} latents ${dimensions.length === 1 ? "is silent: it says" : "are silent: they say"} next to nothing about a picture.`,
    exact: `KL_d < ${UNUSED_NATS} nats for ${dimensions.map(latentLabel).join(", ")}`,
  };
};

/** MI ≤ KL, and who knows a picture among n knows ln n nats. */
const carries: Rule = ({ kl, klPerDimension }) => {
  if (!Number.isFinite(kl) || klPerDimension.every((nats) => nats < UNUSED_NATS)) return undefined;
  const enough =
    kl < Math.LN2 ? "too little to tell two pictures apart" : `at best enough to tell ${picturesOf(kl)}`;
  return {
    name: "carries",
    plain: `${nats(kl)} about each picture ${amount(kl) === "1" ? "passes" : "pass"} through the latents: ${enough}.`,
    exact: `KL ${formatFixed(kl, 2)} ≥ I_q(x; z); ${klPerDimension.filter((nats) => nats >= UNUSED_NATS).length} of ${plural(klPerDimension.length, "latent")} at or above ${UNUSED_NATS} nats`,
  };
};

/** No data set has more pictures than this power of ten. */
const MOST_PICTURES = 10;

/** e^nats pictures apart: below a million in full, then as a power of ten. */
function picturesOf(nats: number): string {
  const told = Math.exp(nats);
  if (told < 1e6) return `about ${Number(told.toPrecision(1)).toLocaleString("en-US")} pictures apart`;
  const power = Math.round(nats / Math.LN10);
  const raised = String(power).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!);
  const more = power > MOST_PICTURES ? ", more than any data set has" : "";
  return `about 10${raised} pictures apart${more}`;
}

const otherBeta: Rule = ({ beta, reconstruction, kl }) =>
  beta === undefined || beta === 1
    ? undefined
    : {
        name: "other-beta",
        plain: `−ELBO counts the KL once where training counted it ${amount(beta)} times: compare it only with models of the same β.`,
        exact: `minimised: reconstruction + ${amount(beta)}·KL = ${(reconstruction + beta * kl).toFixed(2)} nats per image`,
      };

const stillFalling: Rule = ({ negativeElbo, before }) => {
  const fell = (before ?? Number.NaN) - negativeElbo;
  if (!(fell > STILL_FALLING * Math.abs(negativeElbo))) return undefined;
  return {
    name: "still-falling",
    plain: `It was still improving, by ${nats(fell)} in the last epoch: more epochs may help.`,
    exact: `held-out −ELBO fell by more than ${100 * STILL_FALLING} % in the last epoch`,
  };
};

/** In the order in which they are said. */
const trainingRules: readonly Rule[] = [collapsed, carries, silent, otherBeta, stillFalling];

export const describeTraining = (numbers: TrainingNumbers): readonly Said[] =>
  trainingRules.flatMap((rule) => rule(numbers) ?? []);
