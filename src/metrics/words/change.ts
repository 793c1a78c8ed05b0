/**
 * What another setting changed, in words: direction, size, meaning. Only differences that the comparison's tests call
 * larger than the noise are claimed; where nothing could be tested, the sentence says that it is about these models.
 */

import { formatShort, formatWithError } from "../../base/format.ts";
import { amount, list, nats, type Said } from "./format.ts";

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
}

export interface Change {
  /** "β = 1", "β = 8". */
  readonly from: string;
  readonly to: string;
  /** Where both are numbers. */
  readonly betas?: readonly [number, number] | undefined;
  readonly measures: readonly Changed[];
}

/** What single measures mean; others say their label, direction and size. */
const meanings: Readonly<Record<string, (one: Changed) => string>> = {
  kl: ({ difference, before, after }) =>
    `${nats(difference)} per image ${difference < 0 ? "less" : "more"} ${amount(difference) === "1" ? "passes" : "pass"} through the latents (${formatShort(before)} → ${formatShort(after)})`,
  reconstruction: ({ difference }) =>
    `pictures ${difference > 0 ? "lose" : "gain"} ${nats(difference)} of detail`,
  activeUnits: ({ before, after }) =>
    `${formatShort(after)} latents are active instead of ${formatShort(before)}`,
};

/** Of two models: more than what other images might have given, where that is known. */
const isSeen = ({ difference, halfWidth }: Changed): boolean =>
  difference !== 0 && !(Math.abs(difference) <= halfWidth);

/** How much is named in a sentence, besides KL and reconstruction. */
const MOST = 4;

export function describeChange({ from, to, betas, measures }: Change): Said {
  const [left, right] = betas === undefined ? [from, to] : [`β ${betas[0]}`, String(betas[1])];
  const head = `${left} → ${right}`;
  const isTested = measures.some(({ larger }) => larger !== undefined);
  const isSpoken = (one: Changed): boolean =>
    isTested
      ? one.larger === true && one.key !== "negativeElbo"
      : isSeen(one) && Object.hasOwn(meanings, one.key);
  const spoken = measures.filter(isSpoken);
  const elbo = measures.find(
    (one) => one.key === "negativeElbo" && (isTested ? one.larger === true : isSeen(one)),
  );
  const exact = measures
    .filter((one) => (isTested ? one.larger === true : isSeen(one)))
    .map(({ label, difference, halfWidth, unit = "" }) =>
      `${label} ${difference > 0 ? "+" : ""}${formatWithError(difference, halfWidth)} ${unit}`.trim(),
    );
  const parts = spoken.slice(0, MOST + 2).map((one) => meanings[one.key]?.(one) ?? moved(one));
  const plain =
    parts.length === 0
      ? `${head}: ${isTested ? "nothing is shown to differ by more than the noise over seeds" : "nothing differs"}.`
      : `${head}: ${list(parts)}.`;
  const caveat = isTested ? "" : " One run of each: this is about these models, not about the setting.";
  return {
    name: "change",
    plain: `${plain}${elbo === undefined ? "" : elboSentence(elbo, betas, to)}${caveat}`,
    exact:
      exact.length === 0
        ? `${head}: no adjusted p is below the family's level`
        : `${head}: ${exact.join("; ")}${isTested ? " (95 % intervals; all that pass the family's test)" : ""}`,
  };
}

function moved({ label, difference, halfWidth, unit = "", better }: Changed): string {
  const way =
    better === undefined
      ? difference > 0
        ? "rises by"
        : "falls by"
      : difference > 0 === (better === "higher")
        ? "improves by"
        : "worsens by";
  return `${label} ${way} ${formatWithError(Math.abs(difference), halfWidth)} ${unit}`.trim();
}

/** −ELBO is measured at β = 1: what was trained farther from it is worse by construction, and only that is no finding. */
function elboSentence({ difference }: Changed, betas: Change["betas"], to: string): string {
  if (betas !== undefined && Math.min(...betas) >= 1 && difference > 0 === betas[1] > betas[0]) {
    return ` −ELBO is worse at β = ${Math.max(...betas)} by construction: it is measured at β = 1.`;
  }
  return ` −ELBO is ${nats(difference)} ${difference > 0 ? "worse" : "better"} at ${to}.`;
}
