/** The comparison in words: which runs don't count, and which differences are larger than the noise over seeds. */

import { formatDigits, formatWithError, listed, plural } from "../../base/format.ts";
import { groupBy } from "../../base/lists.ts";
import type { Comparison } from "./compare.ts";
import type { Group } from "./group.ts";
import { Names } from "./names.ts";
import type { MeasureComparison, PairDifference } from "./value.ts";

/** What was found, in a few sentences; runs that don't count come first. */
export function verdict(
  comparison: Pick<Comparison, "measures" | "family" | "factors">,
  groups: readonly Group<{ readonly name: string; readonly aside?: string | undefined }>[],
): string {
  const labels = groups.map(({ label }) => label);
  return [...asideSentences(groups.flatMap(({ runs }) => runs)), found(comparison, labels)].join(" ");
}

/** "1 of 6 runs is left out of the comparison: NAME (collapsed: …)." */
function asideSentences(
  runs: readonly { readonly name: string; readonly aside?: string | undefined }[],
): string[] {
  const aside = runs.filter((run) => run.aside !== undefined);
  if (aside.length === 0) return [];
  const named = namedAside(aside.slice(0, MOST_ASIDE));
  const more = aside.length > MOST_ASIDE ? `; and ${aside.length - MOST_ASIDE} more, named in the notes` : "";
  const are = aside.length === 1 ? "is" : "are";
  return [
    `${aside.length} of ${plural(runs.length, "run")} ${are} left out of the comparison: ${named}${more}.`,
  ];
}

/** Runs that don't count and that the verdict names; the others are in the notes. */
export const MOST_ASIDE = 5;

/** "NAME (collapsed: …); NAME (still training …)". */
export const namedAside = (
  runs: readonly { readonly name: string; readonly aside?: string | undefined }[],
): string => runs.map(({ name, aside }) => `${name} (${aside})`).join("; ");

function found(
  { measures, family, factors }: Pick<Comparison, "measures" | "family" | "factors">,
  labels: readonly string[],
): string {
  if (labels.length < 2) return "There is only one setting: nothing to compare it with.";
  const judged = measures.filter(
    ({ withheld, differences }) => withheld === undefined && differences.some(({ p }) => !Number.isNaN(p)),
  );
  if (measures.every(({ differences }) => differences.length === 0))
    return "Fewer than two settings have a run that counts: there is nothing to compare.";
  if (judged.length === 0) {
    return (
      "With one run of each setting the noise over seeds is unknown: these are differences between these models, and " +
      "the settings themselves may not differ. Train at least three seeds of each."
    );
  }
  const by = (wanted: (pairs: readonly PairDifference[]) => boolean): string[] =>
    judged.filter(({ differences }) => wanted(differences)).map(({ label }) => label);
  // Settings without the number are in no pair.
  const pairCount = (labels.length * (labels.length - 1)) / 2;
  const isAll = (pairs: readonly PairDifference[]): boolean =>
    pairs.length === pairCount && pairs.every(({ larger }) => larger);
  const all = by(isAll);
  const some = judged.filter(
    ({ differences }) => differences.some(({ larger }) => larger) && !isAll(differences),
  );
  const none = by((pairs) => !pairs.some(({ larger }) => larger));
  const names = new Names(factors.map(({ key }) => key));
  const where = ({ differences }: MeasureComparison): string => {
    const pairs = differences.filter((one) => one.larger);
    const isWhole = differences.length === pairCount;
    const factor = isWhole && factors.length > 1 && factors.find(isBehind(differences));
    if (factor) return `all settings of different ${names.key(factor.key)}`;
    return pairs.length <= 3
      ? listed(
          pairs.map(({ from, to }, i) => `${i === 0 ? "" : "between "}${labels[from]} and ${labels[to]}`),
        )
      : `${pairs.length} of ${differences.length} pairs of settings`;
  };
  const larger = [
    ...(all.length > 0 ? [`${listed(all)} between all settings`] : []),
    ...[...groupBy(some, where)].map(
      ([place, same]) => `${listed(same.map(({ label }) => label))} between ${place}`,
    ),
  ];
  const hardly = family.least > DETECTABLE && formatDigits(family.least, 2);
  if (larger.length === 0) {
    return hardly
      ? `No difference is larger than the noise over seeds, but so few runs could hardly show one: among ${family.tests} tests the clearest difference would have had to be ${hardly} standard deviations of the noise. ` +
          "Train more seeds, or compare fewer measures."
      : "No difference is larger than the noise over seeds.";
  }
  const others = none.length > MOST_NAMED ? `the other ${none.length} measures` : listed(none);
  const limit = hardly
    ? `; with so few runs a difference counts only from about ${hardly} standard deviations of the noise`
    : "";
  const named =
    labels.length === 2
      ? `${labels[0]} and ${labels[1]} differ by more than the noise over seeds in ${listed(all)}.`
      : `Larger than the noise over seeds: ${larger.join("; ")}.`;
  return `${named}${none.length === 0 ? "" : ` Not shown to differ${labels.length === 2 ? "" : " in any pair"}: ${others}${limit}.`}`;
}

/** Whether the differences that count are those of settings which this factor tells apart, and no others. */
const isBehind =
  (differences: readonly PairDifference[]) =>
  ({ of }: Comparison["factors"][number]): boolean =>
    differences.every(({ from, to, larger }) => larger === (of[from] !== of[to]));

/** Measures without a finding that are named; of more their number is. */
const MOST_NAMED = 6;

/** Deviations of the noise: where only larger differences could be found, finding none says nothing. */
const DETECTABLE = 3;

export function method({ measures, family }: Pick<Comparison, "measures" | "family">): string {
  if (family.tests === 0)
    return "± is 95 % over images, where it is known: intervals over seeds need at least two runs of a setting.";
  const judged = measures.filter(({ withheld }) => withheld === undefined);
  const labelled = (wanted: (measure: MeasureComparison) => boolean): string => {
    const own = judged.filter(wanted);
    return own.length === judged.length && own.length > 1
      ? `${own.length === 2 ? "both" : `all ${own.length}`} measures`
      : listed(own.map(({ label }) => label));
  };
  const pooled = labelled((one) => one.method === "pooled");
  const welch = labelled((one) => one.method === "welch");
  const blocked = labelled((one) => one.method === "pooled" && one.blocks);
  const blocks =
    blocked === ""
      ? ""
      : blocked === pooled
        ? ", with seeds as blocks"
        : `, with seeds as blocks where they differ (${blocked})`;
  return [
    "Table: mean ± 95 % (Student's t over seeds).",
    measures.some(({ intervals }) => intervals.some((one) => one?.count === 1)) &&
      "For a single run, ± is 95 % over images and says nothing about seeds.",
    measures.some(({ key }) => key === "negativeElbo") &&
      "−ELBO and reconstruction use one draw of z per image, as training logs them.",
    pooled && `Differences use one residual pooled over all settings${blocks}: ${pooled}.`,
    welch &&
      `By Welch's test, because variances differ between settings${family.variancesDiffer ? " (over all measures together)" : ""}: ${welch}.`,
    `Intervals of differences are 95 % each. Larger than the noise: by Holm's correction over ${plural(family.tests, "test")} (every pair of settings in ${plural(family.measures, "measure")}), which keeps the chance of any false finding below 5 %.`,
    Number.isFinite(family.least) &&
      `To count, the clearest difference must be at least ${formatDigits(family.least, 2)} standard deviations of the noise.`,
  ]
    .filter(Boolean)
    .join(" ");
}

export function measureVerdict(measure: MeasureComparison, labels: readonly string[]): string {
  const { label, differences, withheld } = measure;
  if (withheld !== undefined) return `${label}: not judged, ${withheld}.`;
  const unit = measure.unit === undefined ? "" : ` ${measure.unit}`;
  const shown = ({ from, to, difference, low, high, effect }: PairDifference): string => {
    const size = Number.isFinite(effect)
      ? ` (${formatDigits(Math.abs(effect), 2)} deviations of the noise)`
      : "";
    return `${labels[to]} ${difference < 0 ? "below" : "above"} ${labels[from]} by ${formatWithError(Math.abs(difference), (high - low) / 2)}${unit}${size}`;
  };
  const larger = differences.filter((one) => one.larger);
  const largest = (larger.length > 0 ? larger : differences).toSorted(
    (a, b) => Math.abs(b.difference) - Math.abs(a.difference),
  );
  if (differences.length === 0) return `${label}: no two settings to compare.`;
  if (differences.every(({ difference }) => difference === 0)) return `${label}: the same in all settings.`;
  if (differences.every(({ p }) => Number.isNaN(p)))
    return `${label}: the noise over seeds is unknown; the largest difference is ${shown(largest[0]!)}.`;
  if (larger.length === 0)
    return differences.length === 1
      ? `${label}: ${shown(largest[0]!)}, not larger than the noise.`
      : `${label}: no difference is larger than the noise; the largest is ${shown(largest[0]!)}.`;
  if (differences.length === 1) return `${label}: ${shown(largest[0]!)}, larger than the noise.`;
  const rest = larger.length > 3 ? `, and ${larger.length - 3} more` : "";
  return `${label}: ${larger.length} of ${differences.length} differences are larger than the noise: ${largest.slice(0, 3).map(shown).join("; ")}${rest}.`;
}
