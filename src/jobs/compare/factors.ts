/** Settings that are a grid of two or more factors: marginal means, and tests of main effects and interactions. Pure. */

import { canonicalJson } from "../../base/json.ts";
import { symmetricInverse } from "../../base/linear-algebra.ts";
import { fisherTail } from "../../base/probabilities.ts";
import { sum } from "../../base/statistics.ts";
import type { Group } from "./group.ts";
import type { SettingsModel } from "./linear-model.ts";
import type { Factor, Term } from "./value.ts";

/**
 * The keys that the settings differ in, when every combination of their values is there once; a single key always is.
 * Empty where settings differ in several keys that don't vary freely: they are unrelated.
 */
export function factorsOf(groups: readonly Group<unknown>[]): Factor[] {
  const keys = [...new Set(groups.flatMap(({ settings }) => Object.keys(settings)))];
  const factors = keys.map((key): Factor => {
    const texts = groups.map(({ settings }) => (key in settings ? canonicalJson(settings[key]) : ""));
    const levels = [...new Set(texts)];
    const levelOf = (text: string) => groups[texts.indexOf(text)]!.settings[key];
    if (levels.every((text) => typeof levelOf(text) === "number"))
      levels.sort((a, b) => (levelOf(a) as number) - (levelOf(b) as number));
    return { key, levels: levels.map(levelOf), of: texts.map((text) => levels.indexOf(text)) };
  });
  const cells = factors.reduce((product, { levels }) => product * levels.length, 1);
  const isGrid =
    factors.every(({ of, levels }) => levels.length > 0 && of.length === groups.length) &&
    cells === groups.length;
  return isGrid ? factors : [];
}

/**
 * Wald's F for each main effect, averaged over the levels of the other factors, and for each interaction of two
 * (type III: unweighted means). None for a single factor, whose pairs say it all.
 */
export function testTerms(factors: readonly Factor[], model: SettingsModel): Omit<Term, "discovery">[] {
  if (factors.length < 2 || model.freedom === 0 || !(model.variance > 0)) return [];
  const terms = factors.flatMap((a, i) => [[a], ...factors.slice(i + 1).map((b) => [a, b])]);
  return terms
    .toSorted((a, b) => a.length - b.length)
    .map((term) => {
      const contrasts = contrastsOf(term, factors);
      const found = contrasts.map((row) => dot(row, model.effects));
      const spread = contrasts.map((row) =>
        contrasts.map((other) =>
          dot(
            row,
            model.covariance.map((own) => dot(own, other)),
          ),
        ),
      );
      const inverse = symmetricInverse(spread);
      const q = contrasts.length;
      const f =
        dot(
          found,
          inverse.map((row) => dot(row, found)),
        ) /
        (q * model.variance);
      const p = fisherTail(f, q, model.freedom);
      return { factors: term.map(({ key }) => key), f, freedom: [q, model.freedom] as const, p };
    });
}

/** Products of differences to the first level, averaged over the factors that are not in the term. */
function contrastsOf(term: readonly Factor[], factors: readonly Factor[]): number[][] {
  const others = factors.filter((factor) => !term.includes(factor));
  const weight = others.reduce((product, { levels }) => product / levels.length, 1);
  const choices = term.reduce<number[][]>(
    (chosen, { levels }) => chosen.flatMap((before) => levels.slice(1).map((_, i) => [...before, i + 1])),
    [[]],
  );
  return choices.map((choice) =>
    factors[0]!.of.map((_, cell) =>
      term.reduce((product, { of }, i) => {
        const level = of[cell]!;
        return product * (level === choice[i] ? 1 : level === 0 ? -1 : 0);
      }, weight),
    ),
  );
}

const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((one, i) => one * b[i]!));

/** Unweighted mean of the settings at each level of a factor; NaN where one of them has no number. */
export function marginalMeans({ levels, of }: Factor, means: readonly (number | undefined)[]): number[] {
  return levels.map((_, level) => {
    const own = means.filter((__, cell) => of[cell] === level);
    return sum(own.map((one) => one ?? Number.NaN)) / own.length;
  });
}
