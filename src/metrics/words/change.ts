/**
 * What another setting changed, in words: direction, size, meaning. Only differences that the comparison's tests call
 * larger than the noise are claimed; where nothing could be tested, the sentence says that it is about these models.
 */

import { formatDigits, formatWithError, listed, plural } from "../../base/format.ts";
import { amount, nats } from "./format.ts";
import type { Said } from "./said.ts";

/** One measure of two settings. */
export interface Changed {
  /** "kl", "reconstruction", "negativeElbo", "activeUnits", "metric:mig". */
  readonly key: string;
  readonly label: string;
  readonly unit?: string | undefined;
  readonly better?: "higher" | "lower" | undefined;
  /** Means of the two settings. */
  readonly before: number;
  readonly after: number;
  /** `after` − `before`, with half of its 95 % interval; NaN where that is unknown. */
  readonly difference: number;
  readonly halfWidth: number;
  /** Larger than the noise; absent: nothing was repeated, so nothing could be tested. */
  readonly larger?: boolean | undefined;
  /** Of both settings it is not shown to be better than chance. */
  readonly isAtChance?: boolean | undefined;
}

export interface Change {
  /** "β 1 → 8", "annealed → soft free bits". */
  readonly head: string;
  /** "β = 8". */
  readonly to: string;
  /** Where the head is about β. */
  readonly betas?: readonly [number, number] | undefined;
  readonly measures: readonly Changed[];
}

/** What single measures mean, in the order in which they are said; others say their label, direction and size. */
const meanings: Readonly<Record<string, (one: Changed) => string>> = {
  kl: ({ difference, before, after }) =>
    `${nats(difference, difference < 0 ? "fewer " : "more ")} per image ${amount(difference) === "1" ? "passes" : "pass"} through the latents (${formatDigits(before)} → ${formatDigits(after)})`,
  reconstruction: ({ difference }) =>
    `pictures ${difference > 0 ? "lose" : "gain"} ${nats(difference)} of detail`,
  activeUnits: ({ before, after }) =>
    `${[before, after].every(Number.isInteger) ? "" : "on average "}${plural(formatDigits(after, 2), "latent")} ${formatDigits(after, 2) === "1" ? "is" : "are"} active instead of ${formatDigits(before, 2)}`,
};

const ranked = Object.keys(meanings);
const rankOf = ({ key }: Changed): number => (ranked.includes(key) ? ranked.indexOf(key) : ranked.length);

/** Of two models: more than what other images might have given, where that is known. */
const isSeen = ({ difference, halfWidth }: Changed): boolean =>
  difference !== 0 && !(Math.abs(difference) <= halfWidth);

/** How much is named in a sentence. */
const MOST = 6;

export function describeChange({ head, to, betas, measures }: Change): Said {
  const isTested = measures.some(({ larger }) => larger !== undefined);
  const found = measures.filter((one) => (isTested ? one.larger === true : isSeen(one)));
  const spoken = found
    .filter(({ key }) => key !== "negativeElbo" && (isTested || Object.hasOwn(meanings, key)))
    .toSorted((a, b) => rankOf(a) - rankOf(b));
  const elbo = found.find(({ key }) => key === "negativeElbo");
  const exact = found.map(({ label, difference, halfWidth, unit = "" }) =>
    `${label} ${difference > 0 ? "+" : ""}${formatWithError(difference, halfWidth)} ${unit}`.trim(),
  );
  const parts = spoken.slice(0, MOST).map((one) => meanings[one.key]?.(one) ?? moved(one));
  const more = spoken.length - parts.length;
  if (more > 0) parts.push(`${plural(more, "more measure")} ${more === 1 ? "changes" : "change"}`);
  const nothing = isTested
    ? "no difference is shown to be larger than the noise over seeds"
    : "no difference is larger than its error over images";
  const sentences = [
    (parts.length > 0 || elbo === undefined) && `${head}: ${parts.length > 0 ? listed(parts) : nothing}.`,
    elbo && elboSentence(elbo, betas, to, parts.length > 0 ? "" : `${head}: `),
    !isTested && "With one run of each, this describes these two models, not the settings.",
    !isTested &&
      [...spoken, ...(elbo ? [elbo] : [])].some(({ halfWidth }) => Number.isNaN(halfWidth)) &&
      "Run `evaluate` to see how precise these numbers are.",
  ];
  return {
    name: "change",
    plain: sentences.filter(Boolean).join(" "),
    exact:
      exact.length === 0
        ? `${head}: ${isTested ? "no adjusted p is below the family's level" : "no difference lies outside its 95 % interval over images"}`
        : `${head}: ${exact.join("; ")}${isTested ? " (95 % intervals; all differences that pass Holm’s test)" : " (± 95 % over images)"}`,
  };
}

function moved({ label, difference, halfWidth, unit = "", better, isAtChance = false }: Changed): string {
  const size = `${formatWithError(Math.abs(difference), halfWidth)} ${unit}`.trim();
  const note = isAtChance ? "neither is shown to beat chance" : better && `${better} is better`;
  return `${label} ${difference > 0 ? "rises" : "falls"} by ${size}${note === undefined ? "" : ` (${note})`}`;
}

/** −ELBO is measured at β = 1: what was trained farther from it is worse by construction, and only that is no finding. */
function elboSentence({ difference }: Changed, betas: Change["betas"], to: string, head: string): string {
  if (betas !== undefined && Math.min(...betas) >= 1 && difference > 0 === betas[1] > betas[0])
    return `${head}−ELBO is worse at β = ${Math.max(...betas)} by construction: it is measured at β = 1.`;
  return `${head}−ELBO is ${nats(difference)} ${difference > 0 ? "worse" : "better"} for ${to}.`;
}
