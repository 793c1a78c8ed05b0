/**
 * From what a short probe at β = 1 showed to a β, a capacity C and a γ to begin with, and why. Pure arithmetic.
 *
 * The idea is that of a price: what one nat of a latent buys in reconstruction. The objective pays β for it, so a β
 * above the price switches the latent off; and |KL − C| is held at zero by any γ above the dearest price, since up to
 * there more KL pays. C itself is the KL of a model with a low β whose reconstructions one likes (the authors' answer
 * in 1Konny/Beta-VAE#8).
 */
import { formatDigits, formatFixed, latentLabel, plural } from "../../base/format.ts";
import { median } from "../../base/statistics.ts";
import type { ProbeFacts, SuggestionValue } from "./value.ts";

export type Proposal = Pick<SuggestionValue, "beta" | "betas" | "capacity" | "reasons" | "caveats">;

/** Latents with less are noise of the probe. */
const LEAST_KL = 0.1;
/** The latents that together carry this share are those to keep. */
const KEPT_SHARE = 0.9;
/** A decoder that knows of the loss makes up for some of it: half the price is a β that the latent survives. */
const SAFETY = 2;
/** γ above the dearest price by this factor: prices rise while C is still small. */
const GAMMA_FACTOR = 3;

/** The KL of the probe's last epoch may differ by this share from the one before. */
const SETTLED_SHARE = 0.2;
/** And where no latent is in use yet, its reconstruction by this share: a decoder learns the mean image first. */
const SETTLED_RECONSTRUCTION = 0.005;

/**
 * Why nothing can be proposed from the probe; `undefined` when something can. A latent in use buys more than it costs
 * in a trained model: it would otherwise be off. A decoder that does worse with a latent than without it has not
 * learned to use it yet, and its price says nothing of β.
 */
export function whyTooEarly({
  kl,
  klBefore,
  reconstruction,
  reconstructionBefore: before,
  latents,
  epochs,
}: ProbeFacts): string | undefined {
  const used = latents.filter((latent) => latent.kl >= LEAST_KL);
  const unlearned = used
    .filter(({ kl: paid, gain }) => gain < paid)
    .toSorted((a, b) => a.gain / a.kl - b.gain / b.kl);
  const carried = used.reduce((sum, latent) => sum + latent.kl, 0);
  const wasted = unlearned.reduce((sum, latent) => sum + latent.kl, 0);
  const after = `after ${plural(epochs, "epoch")} the probe`;
  if (
    used.length === 0 &&
    // A density's may be negative.
    !((before ?? Number.NaN) - reconstruction <= SETTLED_RECONSTRUCTION * Math.abs(reconstruction))
  ) {
    const falls =
      before === undefined
        ? ""
        : `, and its reconstruction still fell from ${nats(before)} to ${nats(reconstruction)} in the last epoch`;
    return `${after} uses no latent yet${falls}`;
  }
  if (unlearned.some(({ gain }) => gain <= 0) || wasted > (1 - KEPT_SHARE) * carried) {
    const [worst] = unlearned;
    return `${after} has not learned to use its latents: ${latentLabel(worst!.dimension)} costs ${nats(worst!.kl)} of KL and buys ${nats(worst!.gain)} of reconstruction, and ${unlearned.length} of ${used.length} buy less than they cost`;
  }
  if (klBefore !== undefined && Math.abs(kl - klBefore) > SETTLED_SHARE * kl)
    return `${after} is still learning what to encode: its KL went from ${nats(klBefore)} to ${nats(kl)} in the last epoch`;
  return undefined;
}

/** Of a probe that has trained long enough: see `whyTooEarly`. */
export function propose(facts: ProbeFacts): Proposal {
  const { kl, klBefore, latents, dimensions, latentDim, epochs } = facts;
  const normOf = (beta: number): number => (beta * latentDim) / dimensions;
  const used = latents
    .filter((latent) => latent.kl >= LEAST_KL)
    .map((latent) => ({ ...latent, price: latent.gain / latent.kl }))
    .toSorted((a, b) => b.kl - a.kl);
  const caveats: string[] = [];
  if (klBefore !== undefined && Math.abs(kl - klBefore) > 0.05 * kl) {
    caveats.push(
      `the KL still moved in the last epoch, from ${nats(klBefore)} to ${nats(kl)}: a longer probe (\`epochs\`) is more reliable`,
    );
  }
  if (used.length === 0) {
    return {
      beta: { value: 1, betaNorm: normOf(1) },
      betas: [1],
      reasons: [
        `after ${plural(epochs, "epoch")} at β = 1 no latent carries ${LEAST_KL} nats (KL ${nats(kl)}): a larger β can only carry less`,
        `β = 1 (β_norm ${formatDigits(normOf(1))}); train longer, or let β rise from 0 (objective annealed)`,
      ],
      caveats,
    };
  }
  const carrying = firstCarrying(used);
  const weakest = carrying.reduce((least, one) => (one.price < least.price ? one : least));
  const dearest = used.reduce((most, one) => (one.price > most.price ? one : most));
  const beta = Math.max(1, niceBelow(weakest.price / SAFETY));
  const top = median(used.map(({ price }) => price));
  const betas = [1, 2, 4, 8, 16, 32].filter((one, i) => i < 2 || one <= 2 * Math.max(2, top));
  const [last, price] = [betas.at(-1)!, `their median price is ${formatDigits(top)}`];
  const maximum = Number(kl.toPrecision(2));
  const gamma = Math.max(10, niceAbove(GAMMA_FACTOR * dearest.price));
  const most = used
    .slice(0, 6)
    .map(({ dimension, price }) => `${latentLabel(dimension)} ${formatDigits(price)}`);
  return {
    beta: { value: beta, betaNorm: normOf(beta) },
    betas,
    capacity: { maximum, gamma },
    reasons: [
      `the probe: ${plural(epochs, "epoch")} at β = 1, reconstruction ${nats(facts.reconstruction)} + KL ${nats(kl)}, ${plural(used.length, "latent")} of ${latentDim} in use`,
      `what one nat of a latent buys in reconstruction (nats per nat), of those that carry most first: ${most.join(", ")}${used.length > 6 ? ", …" : ""}`,
      `β = ${beta} (β_norm ${formatDigits(normOf(beta))}): ${plural(carrying.length, "latent")} ${carrying.length === 1 ? "carries" : "carry"} ${100 * KEPT_SHARE} % of the KL of those in use, ${carrying.length === 1 ? "" : "the least worthwhile of them is "}${latentLabel(weakest.dimension)} at ${formatDigits(weakest.price)} nats per nat; a β above that would switch it off, ${beta === 1 ? "so no β above 1 is safe" : "and half of it leaves room for what the decoder learns to do without"}`,
      `β ${betas.join(", ")} for a sweep: doubling from 1 ${last < top ? `as far as ${last}, where more than half of the latents in use may still pay` : "until about half of the latents in use no longer pay"} (${price})`,
      `C = ${maximum} nats: the KL that a model with a low β wants; the capacity goes there from 0`,
      `γ = ${gamma}: above ${GAMMA_FACTOR} times the dearest price (${formatDigits(dearest.price)}, ${latentLabel(dearest.dimension)}), so that the KL stays within about a nat of C; much more only makes training stiffer`,
    ],
    caveats: [...caveats, "prices are upper bounds: the decoder was not trained to do without the latent"],
  };
}

/** The fewest latents, by KL, that carry the share of what they all carry. */
function firstCarrying<L extends { readonly kl: number }>(sorted: readonly L[]): L[] {
  const kl = sorted.reduce((all, latent) => all + latent.kl, 0);
  const carrying: L[] = [];
  let sum = 0;
  for (const latent of sorted) {
    if (sum >= KEPT_SHARE * kl) break;
    carrying.push(latent);
    sum += latent.kl;
  }
  return carrying;
}

const steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The largest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not above the value. */
export function niceBelow(value: number): number {
  if (!(value > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((steps.findLast((step) => step * power <= value * (1 + 1e-9))! * power).toPrecision(6));
}

/** The smallest of 1, 2, 5 times a power of ten that is not below the value. */
export function niceAbove(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return Number(([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9))! * power).toPrecision(6));
}

const nats = (value: number): string => `${formatFixed(value, 1)} nats`;
