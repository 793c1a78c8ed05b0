/**
 * The statistics of a comparison: means with Student's intervals, differences paired over seeds, what survives when
 * many are tested, rank correlation. Pure; every one has a worked example as its test.
 */

/** A mean over runs and how far it may be off. */
export interface Interval {
  readonly mean: number;
  /** Half the length of the 95 % interval; NaN for one value. */
  readonly halfWidth: number;
  /** Sample standard deviation (n − 1); NaN for one value. */
  readonly deviation: number;
  readonly count: number;
}

/** Mean ± t(0.975, n − 1)·s/√n of independent values (Student 1908). */
export function meanInterval(values: readonly number[]): Interval {
  const count = values.length;
  const mean = average(values);
  if (count < 2) return { mean, halfWidth: Number.NaN, deviation: Number.NaN, count };
  const deviation = Math.sqrt(variance(values));
  return {
    mean,
    deviation,
    count,
    halfWidth: (studentQuantile(0.975, count - 1) * deviation) / Math.sqrt(count),
  };
}

/** The difference of two groups of runs. */
export interface GroupDifference {
  /** Mean of the second minus mean of the first. */
  readonly difference: number;
  /** 95 % interval of the difference. */
  readonly low: number;
  readonly high: number;
  /** Two-sided p of no difference. */
  readonly p: number;
  /** Seeds that both groups have, where the test is on the differences within a seed; otherwise 0 (Welch's test). */
  readonly pairs: number;
}

/**
 * Second minus first: paired over the seeds that both have when there are at least two of them, since a seed fixes
 * the first weights and the order of the images for both; otherwise Welch's test of two independent samples.
 *
 * @returns `undefined` when there is nothing to judge the noise by: fewer than two runs in a group
 */
export function groupDifference(
  first: ReadonlyMap<number, number>,
  second: ReadonlyMap<number, number>,
): GroupDifference | undefined {
  const common = [...first.keys()].filter((seed) => second.has(seed));
  if (common.length >= 2) {
    const { mean, deviation, count } = meanInterval(
      common.map((seed) => second.get(seed)! - first.get(seed)!),
    );
    return judged(mean, deviation / Math.sqrt(count), count - 1, count);
  }
  const [a, b] = [[...first.values()], [...second.values()]];
  if (a.length < 2 || b.length < 2) return undefined;
  const [u, v] = [variance(a) / a.length, variance(b) / b.length];
  // Welch–Satterthwaite; two groups without any spread have as many degrees of freedom as values allow.
  const freedom =
    u + v === 0
      ? a.length + b.length - 2
      : (u + v) ** 2 / (u ** 2 / (a.length - 1) + v ** 2 / (b.length - 1));
  return judged(average(b) - average(a), Math.sqrt(u + v), freedom, 0);
}

function judged(difference: number, standardError: number, freedom: number, pairs: number): GroupDifference {
  const reach = studentQuantile(0.975, freedom) * standardError;
  // Runs that agree to the last bit (a metric at its ceiling) differ for certain, or not at all.
  const p =
    standardError === 0
      ? Number(difference === 0)
      : studentTail(Math.abs(difference) / standardError, freedom);
  return { difference, low: difference - reach, high: difference + reach, p, pairs };
}

/** Which of several tests hold at 5 % for all of them together (Holm 1979): as many answers as p values. */
export function holm(ps: readonly number[], level = 0.05): boolean[] {
  const order = ps.map((_, i) => i).sort((i, j) => ps[i]! - ps[j]!);
  const held = ps.map(() => false);
  for (const [rank, i] of order.entries()) {
    if (!(ps[i]! <= level / (ps.length - rank))) break;
    held[i] = true;
  }
  return held;
}

/** Spearman's rank correlation; ties share their mean rank. NaN when one side does not vary. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const [meanX, meanY] = [average(x), average(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    xx += (x[i]! - meanX) ** 2;
    yy += (y[i]! - meanY) ** 2;
  }
  return xx === 0 || yy === 0 ? Number.NaN : xy / Math.sqrt(xx * yy);
}

/** Ranks from 1, ties with their mean: [10, 30, 30] → [1, 2.5, 2.5]. */
export function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const mean = average(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** P(|T| > t) of Student's t with so many degrees of freedom (Abramowitz & Stegun 26.7.1, 26.5.27). */
export function studentTail(t: number, freedom: number): number {
  return incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

/** The value that Student's t stays below with probability `probability` ≥ ½. */
export function studentQuantile(probability: number, freedom: number): number {
  const tail = 2 * (1 - probability);
  let [low, high] = [0, 1];
  while (studentTail(high, freedom) > tail) high *= 2;
  for (let i = 0; i < 100 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, freedom) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22). */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0 || x >= 1) return Math.min(1, Math.max(0, x));
  // The fraction converges quickly on one side of the mean only; the other side is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(a * Math.log(x) + b * Math.log(1 - x) - logBeta(a, b)) / a;
  const TINY = 1e-300;
  let [c, d, result] = [1, 0, 1];
  for (let i = 0; i <= 300; i++) {
    const m = Math.floor(i / 2);
    const numerator =
      i === 0
        ? 1
        : i % 2 === 0
          ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
          : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + numerator * d, TINY);
    c = nonZero(1 + numerator / c, TINY);
    result *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * (result - 1);
}

const nonZero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value);

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** ln Γ(x) for x > 0: Stirling's series after moving x above 10 (DLMF 5.11.1). */
function logGamma(x: number): number {
  let [at, shift] = [x, 0];
  for (; at < 10; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
