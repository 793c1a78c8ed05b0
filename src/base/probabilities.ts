/** Tails of the distributions that tests are judged by: Student's t, Fisher's F, χ². */

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

/** P(F > f) of Fisher's F with `first` and `second` degrees of freedom (Abramowitz & Stegun 26.6.2). */
export function fisherTail(f: number, first: number, second: number): number {
  return incompleteBeta(second / 2, first / 2, second / (second + first * f));
}

/** P(χ² > x) with so many degrees of freedom: the regularised incomplete gamma function Q(freedom/2, x/2). */
export function chiSquareTail(x: number, freedom: number): number {
  if (!(x > 0)) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const [a, at] = [freedom / 2, x / 2];
  const front = Math.exp(a * Math.log(at) - at - logGamma(a));
  // The series converges below the mean, the continued fraction above (DLMF 8.11.4 and 8.9.2).
  if (at < a + 1) {
    let [term, total] = [1 / a, 1 / a];
    for (let n = 1; term > 1e-17 * total; n++) {
      term *= at / (a + n);
      total += term;
    }
    return 1 - front * total;
  }
  return (
    front /
    continuedFraction(
      (i) => i * (a - i),
      (i) => at + 2 * i + 1 - a,
    )
  );
}

/** The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22). */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0 || x >= 1) return Math.min(1, Math.max(0, x));
  // The fraction converges quickly on one side of the mean only; the other side is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(a * Math.log(x) + b * Math.log(1 - x) - logBeta(a, b)) / a;
  const numerator = (i: number): number => {
    const m = Math.floor(i / 2);
    return i % 2 === 0
      ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
  };
  return front / continuedFraction(numerator, () => 1);
}

/** b₀ + a₁/(b₁ + a₂/(b₂ + …)), by Lentz's method; `numerator(0)` is not asked for. */
function continuedFraction(numerator: (i: number) => number, denominator: (i: number) => number): number {
  let value = nonZero(denominator(0));
  let [c, d] = [value, 0];
  for (let i = 1; i <= 500; i++) {
    d = 1 / nonZero(denominator(i) + numerator(i) * d);
    c = nonZero(denominator(i) + numerator(i) / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

const nonZero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);

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
