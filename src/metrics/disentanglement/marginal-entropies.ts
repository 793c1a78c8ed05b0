/**
 * Entropies of the aggregate posterior's marginals q(z_j) = mean over images of N(z; μ, σ²), and of the same
 * mixture over the images at each level of a factor. One-dimensional mixtures can be tabulated: the integral
 * −∫ q ln q is taken by the rectangle rule on a grid of half the narrowest σ, where it is exact to many digits,
 * in place of the 10 000 samples that the paper draws. No image and no sample is left out.
 */

/** A component further than this many σ adds less than 1e-7 of its mass. */
const REACH = 5.5;
/** The finest grid. Components narrower than it, if there are such, are widened to it. */
const MOST_CELLS = 1 << 15;

export interface MarginalEntropies {
  /** H(z), in nats. */
  readonly marginal: number;
  /** H(z | factor): mean over the factor's levels, weighted by their images; `[factors]`, in nats. */
  readonly conditional: readonly number[];
}

/**
 * @param mean of one latent, `[images]`
 * @param logVariance likewise
 * @param levels `[factors]` of `[images]`
 */
export function marginalEntropies(
  mean: ArrayLike<number>,
  logVariance: ArrayLike<number>,
  levels: readonly Int32Array[],
): MarginalEntropies {
  const count = mean.length;
  const deviations = Float64Array.from({ length: count }, (_, i) => Math.exp(0.5 * logVariance[i]!));
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    low = Math.min(low, mean[i]! - REACH * deviations[i]!);
    high = Math.max(high, mean[i]! + REACH * deviations[i]!);
  }
  // A few images with very narrow posteriors don't set the grid for all: the finest half percent may be widened.
  const narrow = deviations.slice().sort()[Math.floor(count * 0.005)]!;
  const step = Math.max(narrow / 2, (high - low) / MOST_CELLS);
  const cells = Math.ceil((high - low) / step) + 1;

  const sizes = levels.map((column) => column.reduce((most, level) => Math.max(most, level), 0) + 1);
  const tables = sizes.map((size) => new Float64Array(size * cells));
  const images = sizes.map((size) => new Float64Array(size));
  const offsets = new Uint32Array(levels.length);
  const bump = new Float64Array(cells);
  for (let i = 0; i < count; i++) {
    levels.forEach((column, k) => {
      offsets[k] = column[i]! * cells;
      images[k]![column[i]!]!++;
    });
    const { from, to } = tabulate(bump, (mean[i]! - low) / step, Math.max(deviations[i]! / step, 1));
    for (let k = 0; k < tables.length; k++) {
      const table = tables[k]!;
      const offset = offsets[k]!;
      for (let cell = from; cell <= to; cell++) table[offset + cell]! += bump[cell]!;
    }
  }
  // The marginal is the sum over the levels of any one factor.
  const whole = new Float64Array(cells);
  for (let level = 0; level < sizes[0]!; level++) {
    for (let cell = 0; cell < cells; cell++) whole[cell]! += tables[0]![level * cells + cell]!;
  }
  return {
    marginal: entropyOf(whole, step),
    conditional: tables.map((table, k) => {
      let sum = 0;
      for (let level = 0; level < sizes[k]!; level++) {
        const weight = images[k]![level]! / count;
        if (weight > 0) sum += weight * entropyOf(table.subarray(level * cells, (level + 1) * cells), step);
      }
      return sum;
    }),
  };
}

/**
 * Writes a normal density of total mass 1 into the cells within `REACH` of `centre`; all in units of the grid.
 * Neighbouring values differ by a factor that itself changes by a constant factor: two products a cell, no exp.
 */
function tabulate(bump: Float64Array, centre: number, deviation: number): { from: number; to: number } {
  const nearest = Math.min(bump.length - 1, Math.max(0, Math.round(centre)));
  const from = Math.max(0, Math.ceil(centre - REACH * deviation));
  const to = Math.min(bump.length - 1, Math.floor(centre + REACH * deviation));
  const precision = 1 / (deviation * deviation);
  const off = nearest - centre;
  const peak = Math.exp(-0.5 * off * off * precision);
  const bend = Math.exp(-precision);
  let sum = peak;
  bump[nearest] = peak;
  for (const direction of [1, -1]) {
    let value = peak;
    let ratio = Math.exp(-(direction * off + 0.5) * precision);
    const end = direction > 0 ? to : from;
    for (let cell = nearest + direction; direction * (end - cell) >= 0; cell += direction) {
      value *= ratio;
      ratio *= bend;
      bump[cell] = value;
      sum += value;
    }
  }
  for (let cell = from; cell <= to; cell++) bump[cell]! /= sum;
  return { from: Math.min(from, nearest), to: Math.max(to, nearest) };
}

/** −∫ q ln q for cell masses that need not be normalised. */
function entropyOf(masses: Float64Array, step: number): number {
  let [total, sum] = [0, 0];
  for (let cell = 0; cell < masses.length; cell++) {
    const mass = masses[cell]!;
    if (mass <= 0) continue;
    total += mass;
    sum += mass * Math.log(mass);
  }
  return Math.log(total) + Math.log(step) - sum / total;
}
