/** The comparison in words: which differences are larger than the noise over seeds. */

import { formatWithError } from "../../base/format.ts";
import type { MeasureComparison, PairDifference } from "./compare.ts";

/** One sentence for all measures. */
export function verdict(measures: readonly MeasureComparison[], labels: readonly string[]): string {
  if (labels.length < 2) return "There is one setting only: nothing to compare it with.";
  if (measures.every(({ differences }) => differences.length === 0)) {
    return "One run of each setting says nothing about the noise: train at least two seeds of each.";
  }
  const judged = measures.filter(({ differences }) => differences.length > 0);
  const by = (wanted: (pairs: readonly PairDifference[]) => boolean): string[] =>
    judged.filter(({ differences }) => wanted(differences)).map(({ label }) => label);
  const all = by((pairs) => pairs.every(({ larger }) => larger));
  const some = judged.filter(
    ({ differences }) =>
      differences.some(({ larger }) => larger) && !differences.every(({ larger }) => larger),
  );
  const none = by((pairs) => !pairs.some(({ larger }) => larger));
  const larger = [
    ...(all.length > 0 ? [`${list(all)} between all settings`] : []),
    ...some.map(({ label, differences }) => {
      const pairs = differences.filter((one) => one.larger);
      const named = pairs.map(({ from, to }) => `${labels[from]} and ${labels[to]}`);
      return pairs.length <= 3
        ? `${label} between ${list(named)}`
        : `${label} between ${pairs.length} of ${differences.length} pairs of settings`;
    }),
  ];
  if (larger.length === 0) return "No difference is larger than the noise over seeds.";
  const others = none.length > 0 ? ` Not larger in any pair: ${list(none)}.` : "";
  return `Larger than the noise over seeds: ${larger.join("; ")}.${others}`;
}

/** How it was judged. */
export function method(measures: readonly MeasureComparison[]): string {
  const all = measures.flatMap(({ differences }) => differences);
  const pairs = new Set(all.map((one) => one.pairs));
  const counts = [...pairs].filter((count) => count > 0).toSorted((a, b) => a - b);
  const over = counts.length === 1 ? `${counts[0]}` : `${counts[0]} to ${counts.at(-1)}`;
  if (all.length === 0) return "Intervals need at least two runs of a setting.";
  const tests = [
    ...(counts.length > 0 ? [`paired over ${over} seeds`] : []),
    ...(pairs.has(0) ? ["by Welch's test where settings share fewer than two seeds"] : []),
  ];
  return `Intervals: mean ± 95 % (Student's t over seeds). Differences: ${tests.join(", ")}; larger than noise by Holm's test at 5 % within each measure.`;
}

/** One sentence for one measure, with numbers. */
export function measureVerdict(measure: MeasureComparison, labels: readonly string[]): string {
  const { label, differences } = measure;
  const unit = measure.unit === undefined ? "" : ` ${measure.unit}`;
  const shown = ({ from, to, difference, low, high }: PairDifference): string =>
    `${labels[to]} ${difference < 0 ? "below" : "above"} ${labels[from]} by ${formatWithError(Math.abs(difference), (high - low) / 2)}${unit}`;
  const larger = differences.filter((one) => one.larger);
  const largest = (larger.length > 0 ? larger : differences).toSorted(
    (a, b) => Math.abs(b.difference) - Math.abs(a.difference),
  );
  if (differences.length === 0) return `${label}: no noise to compare with.`;
  if (larger.length === 0)
    return `${label}: no difference is larger than the noise; the largest is ${shown(largest[0]!)}.`;
  const rest = larger.length > 3 ? `, and ${larger.length - 3} more` : "";
  return `${label}: ${larger.length} of ${differences.length} differences are larger than the noise: ${largest.slice(0, 3).map(shown).join("; ")}${rest}.`;
}

/** "a", "a and b", "a, b and c". */
function list(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
