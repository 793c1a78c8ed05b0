/**
 * What each latent goes with, of what is known about the images: a sentence and the numbers behind it. An association
 * is no cause: two factors that go together in the images are both named.
 */

import { latentLabel, listed, plural } from "../../base/format.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { chiSquareTail, studentTail } from "../../base/probabilities.ts";
import { mean, ranks, sum } from "../../base/statistics.ts";
import { UNUSED_NATS } from "../../base/unused.ts";
import type { Factors, Labels } from "../../data/index.ts";
import { discretize, entropy, type Levels, mutualInformation } from "./information.ts";

/** What one latent tells of one factor. */
interface Association {
  readonly factor: string;
  /** Spearman's ρ with the factor's values; absent where they have no order. */
  readonly rho?: number | undefined;
  /** (I(code; factor) − what chance gives)/H(factor). */
  readonly share: number;
}

export interface Meaning {
  readonly dimension: number;
  /** What it goes with, the largest share first; empty for a latent that is silent or goes with nothing. */
  readonly associations: readonly Association[];
  /** For a row of pictures: "slant, ρ .91". Empty where nothing was found. */
  readonly short: string;
  /** "z₃ follows slant (ρ .91)." */
  readonly plain: string;
  /** The measures by name: "slant: Spearman's ρ .91, information share .62". */
  readonly exact: string;
}

/** What is below both is not spoken of: the share of a factor, the size of ρ. */
const LEAST_SHARE = 0.1;
const LEAST_RHO = 0.3;
/** From here on a latent that goes up and down with a factor follows it. */
const FOLLOWING_RHO = 0.7;
/** A second factor with so much of the first one's share makes a mixture. */
const MIXED = 1 / 3;
/** All associations that are named hold together with this probability of a false one. */
const LEVEL = 0.01;

interface Known {
  readonly name: string;
  /** `[images]`, whole numbers. */
  readonly levels: Levels;
  readonly levelCount: number;
  /** Ranks of its values; absent where they have no order. */
  readonly ranks?: Float64Array | undefined;
}

/**
 * @param codes posterior means, `[latents]` of `[images]`
 * @param kl nats that each latent carries
 * @param truth of the same images, row by row
 *
 * @returns nothing where nothing is known about the images that varies
 */
export function latentMeanings(
  codes: Columns,
  kl: ArrayLike<number>,
  truth: { readonly factors?: Factors | undefined; readonly labels?: Labels | undefined },
): readonly Meaning[] {
  const count = codes[0]?.length ?? 0;
  const bins = Math.max(4, Math.min(20, Math.floor(Math.sqrt(count) / 2)));
  const known = knownOf(truth, count, bins);
  if (known.length === 0) return [];
  const tests = known.length * codes.length;
  return codes.map((code, dimension) => {
    const name = latentLabel(dimension);
    if (!(kl[dimension]! >= UNUSED_NATS)) {
      const plain = `${name} is silent: it carries ${kl[dimension]!.toFixed(3)} nats.`;
      return { dimension, associations: [], short: "", plain, exact: plain };
    }
    const binned = discretize(code, bins);
    const ranked = ranks(code);
    const all = known
      .map((factor) => associate(binned, ranked, factor, tests))
      .toSorted((a, b) => b.share - a.share);
    const associations = all.filter(
      ({ share, rho = 0, certain }) => certain && (share >= LEAST_SHARE || Math.abs(rho) >= LEAST_RHO),
    );
    const first = all[0]!;
    const measured = (associations.length > 0 ? associations : [first]).map(exactly).join("; ");
    return {
      dimension,
      associations: associations.map(({ factor, rho, share }) => ({ factor, rho, share })),
      short: associations.slice(0, 2).filter(isMixedIn(associations[0])).map(briefly).join(" + "),
      plain: `${name} ${sentence(associations)}.`,
      exact: `${measured} (${plural(count, "image")}, ${plural(bins, "bin")})`,
    };
  });
}

function knownOf(
  { factors, labels }: Parameters<typeof latentMeanings>[2],
  count: number,
  bins: number,
): Known[] {
  const width = factors?.factors.length ?? 0;
  const named = (factors?.factors ?? []).map((factor, k): Known => {
    const levels = Int32Array.from({ length: count }, (_, i) => factors!.levels[i * width + k]!);
    const values = Float64Array.from(levels, (level) => factor.values[level]!);
    const isFine = factor.kind === "continuous" || factor.values.length > bins;
    return {
      name: factor.name,
      ...counted(isFine ? discretize(values, bins) : levels),
      ...(factor.kind !== "categorical" && { ranks: ranks(values) }),
    };
  });
  // Sprites are labelled by their shape: one thing is said once.
  const isNew = ({ name, levels }: Known): boolean =>
    name !== "label" && levels.some((level, i) => level !== labels!.values[i]);
  const classes =
    labels && named.every(isNew) ? [{ name: "label", ...counted(labels.values.slice(0, count)) }] : [];
  return [...named, ...classes].filter(({ levelCount }) => levelCount > 1);
}

const counted = (levels: Levels) => ({ levels, levelCount: new Set(levels).size });

function associate(
  binned: Levels,
  ranked: Float64Array,
  { name, levels, levelCount, ranks: own }: Known,
  tests: number,
): Association & { readonly certain: boolean } {
  const count = levels.length;
  const information = mutualInformation(binned, levels);
  const freedom = (new Set(binned).size - 1) * (levelCount - 1);
  const rho = own && correlation(ranked, own);
  // Of independent columns, twice their information times their length is χ² (Wilks), whose mean is what chance gives,
  // and ρ·√((n − 2)/(1 − ρ²)) is Student's t; but of few images chance alone puts all in order, in two of n! ways.
  const p = Math.min(
    freedom > 0 ? chiSquareTail(2 * count * information, freedom) : 1,
    rho === undefined
      ? 1
      : Math.max(
          studentTail(Math.abs(rho) * Math.sqrt((count - 2) / (1 - rho ** 2)), count - 2),
          2 / factorial(count),
        ),
  );
  return {
    factor: name,
    rho,
    share: Math.max(0, information - freedom / (2 * count)) / entropy(levels),
    // Two tests of each pair.
    certain: p < LEVEL / (2 * tests),
  };
}

const factorial = (n: number): number =>
  n < 2 ? 1 : n > 170 ? Number.POSITIVE_INFINITY : n * factorial(n - 1);

/** Pearson's, of ranks; 0 where one side does not vary. */
function correlation(a: Float64Array, b: Float64Array): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  const product = sum(a.map((one, i) => (one - centreA) * (b[i]! - centreB)));
  const length = Math.sqrt(
    sum(a.map((one) => (one - centreA) ** 2)) * sum(b.map((one) => (one - centreB) ** 2)),
  );
  return length === 0 ? 0 : product / length;
}

const isMixedIn =
  (first: Association | undefined) =>
  ({ share }: Association): boolean =>
    first !== undefined && share >= MIXED * first.share;

/** What a person would say of it. */
function sentence(associations: readonly Association[]): string {
  const [first, ...others] = associations;
  if (first === undefined) return "goes with nothing known about the images";
  const mixed = [first, ...others.filter(isMixedIn(first))];
  if (mixed.length > 1) return `mixes ${listed(mixed.map((one) => `${one.factor} (${amount(one)})`))}`;
  const { factor, share } = first;
  if (follows(first)) return `follows ${factor} (${amount(first)})`;
  if (isOrdered(first)) return `goes partly with ${factor} (${amount(first)})`;
  return `carries ${percent(share)} of the information about ${factor}${first.rho === undefined ? "" : ", but does not follow its order"}`;
}

const follows = ({ rho = 0 }: Association): boolean => Math.abs(rho) >= FOLLOWING_RHO;
const isOrdered = ({ rho = 0 }: Association): boolean => Math.abs(rho) >= LEAST_RHO;
const amount = (one: Association): string =>
  isOrdered(one) ? `ρ ${decimals(one.rho!)}` : `${percent(one.share)} of its information`;
const briefly = (one: Association): string =>
  `${one.factor} ${isOrdered(one) ? `ρ\u00a0${decimals(one.rho!)}` : percent(one.share)}`;

function exactly({ factor, rho, share }: Association): string {
  const order = rho === undefined ? "" : `Spearman's ρ ${decimals(rho)}, `;
  return `${factor}: ${order}information share ${decimals(share)}`;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** ".91", "−.30", "1.00". */
const decimals = (value: number): string => value.toFixed(2).replace("0.", ".").replace("-", "−");
