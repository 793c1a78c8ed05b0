/** The cores against slow code that follows their definitions word for word. */

import { describe, expect, it } from "vitest";
import { areaUnderRoc } from "./explicitness.ts";
import { discretize, entropy, mutualInformation } from "./information.ts";
import { robustnessOf } from "./irs.ts";
import { marginalEntropies } from "./marginal-entropies.ts";
import { neighbourInformation } from "./neighbour-information.ts";
import { quantile } from "./quantile.ts";

/** The additive recurrence of √prime: uniform in [0, 1). */
const uniform = (prime: number, count: number) =>
  Float64Array.from({ length: count }, (_, i) => ((i + 1) * Math.sqrt(prime)) % 1);
const whole = (prime: number, count: number, levels: number) =>
  Int32Array.from(uniform(prime, count), (one) => Math.floor(levels * one));
const sum = (values: Iterable<number>) => [...values].reduce((total, one) => total + one, 0);
const mean = (values: Iterable<number>) => sum(values) / [...values].length;

it("quantiles are those of the sorted list, whatever its order, length and repetitions", () => {
  for (let count = 1; count <= 24; count++) {
    for (const values of [uniform(count + 1.3, count), Float64Array.from(whole(count + 2.3, count, 3))]) {
      const sorted = values.toSorted();
      for (const share of [0, 0.1, 0.5, 0.73, 0.99, 1]) {
        const at = share * (count - 1);
        const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
        expect(quantile(values.slice(), share)).toBeCloseTo(low + (at - Math.floor(at)) * (high - low), 12);
      }
    }
  }
});

describe("counting", () => {
  const [a, b] = [whole(2, 200, 5), whole(3, 200, 7).map((one, i) => (i % 3 === 0 ? one : i % 5))];

  it("entropies and mutual information: Σ p ln p and Σ p ln (p / p·p)", () => {
    const share = (fits: (i: number) => boolean) => mean(Array.from(a, (_, i) => (fits(i) ? 1 : 0)));
    const plog = (p: number, q = 1) => (p > 0 ? p * Math.log(p / q) : 0);
    const levels = Array.from({ length: 7 }, (_, level) => level);
    const wanted = sum(
      levels.flatMap((one) =>
        levels.map((other) =>
          plog(
            share((i) => a[i] === one && b[i] === other),
            share((i) => a[i] === one) * share((i) => b[i] === other),
          ),
        ),
      ),
    );
    expect(mutualInformation(a, b)).toBeCloseTo(wanted, 12);
    expect(mutualInformation(b, a)).toBeCloseTo(wanted, 12);
    expect(entropy(b)).toBeCloseTo(-sum(levels.map((one) => plog(share((i) => b[i] === one)))), 12);
    expect(entropy(new Int32Array(0))).toBe(0);
  });

  it("bins: the number of left edges at or below a value, the largest value in the last", () => {
    for (const bins of [2, 3, 10, 20]) {
      // Values on the edges among them: 0.3 is no sum of three 0.1.
      const values = [...uniform(5, 50), 0, 1, ...Array.from({ length: bins }, (_, i) => i / bins)];
      const edges = Array.from({ length: bins }, (_, i) => i * (1 / bins));
      const wanted = values.map((value) => edges.filter((edge) => edge <= value).length);
      expect([...discretize(values, bins)]).toEqual(wanted);
    }
    expect([...discretize([0, 1, 20])]).toEqual([1, 2, 20]);
  });

  it("the area under the curve: pairs of a positive above a negative, draws half", () => {
    const scores = uniform(7, 80).map((one) => Math.floor(12 * one));
    const positive = Uint8Array.from(uniform(11, 80), (one) => (one < 0.4 ? 1 : 0));
    const pairs = Array.from(scores, (high, i) =>
      Array.from(scores, (low, j) =>
        positive[i] === 1 && positive[j] === 0 ? [high > low ? 1 : high === low ? 0.5 : 0] : [],
      ).flat(),
    ).flat();
    expect(areaUnderRoc(scores, positive)).toBeCloseTo(mean(pairs), 12);
    expect(areaUnderRoc(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toBeUndefined();
  });
});

it.each([1, 3, 10])("information by neighbours: distances compared one by one, k = %d", (neighbours) => {
  const classes = Int32Array.from([...whole(2, 90, 3), 8]);
  // Classes of 30 about, one of four, one of a single sample, which is left out.
  classes.fill(5, 10, 14);
  const code = Float64Array.from(classes, (one, i) => one / 2 + uniform(3, 91)[i]! ** 1.7);
  const digamma = (n: number) =>
    -0.5772156649015329 + sum(Array.from({ length: n - 1 }, (_, i) => 1 / (i + 1)));
  const rows = Array.from(code, (_, i) => i);
  const kept = rows.filter((i) => classes.filter((one) => one === classes[i]).length > 1);
  const terms = kept.map((i) => {
    const away = (j: number) => Math.abs(code[j]! - code[i]!);
    const own = kept.filter((j) => classes[j] === classes[i] && j !== i);
    const k = Math.min(neighbours, own.length);
    const radius = own.map(away).sort((a, b) => a - b)[k - 1]!;
    return digamma(k) - digamma(own.length + 1) - digamma(kept.filter((j) => away(j) < radius).length);
  });
  const wanted = digamma(kept.length) + mean(terms);
  expect(wanted).toBeGreaterThan(0.1);
  expect(neighbourInformation(code, classes, neighbours, 0)).toBeCloseTo(wanted, 9);
});

it("entropies of mixtures: densities summed on a grid twenty times as fine", () => {
  const count = 30;
  const mu = uniform(2, count).map((one) => 4 * one - 1);
  const logVariance = uniform(3, count).map((one) => -4 + 3 * one);
  const levels = [whole(5, count, 2), whole(7, count, 4)];
  const step = 0.005;
  const entropyOf = (some: readonly number[]) => {
    let nats = 0;
    for (let z = -8; z < 10; z += step) {
      const q = mean(
        some.map((i) => {
          const variance = Math.exp(logVariance[i]!);
          return Math.exp(-((z - mu[i]!) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
        }),
      );
      if (q > 0) nats -= q * Math.log(q) * step;
    }
    return nats;
  };
  const rows = Array.from({ length: count }, (_, i) => i);
  const found = marginalEntropies(mu, logVariance, levels);
  expect(found.marginal).toBeCloseTo(entropyOf(rows), 5);
  levels.forEach((column, k) => {
    const wanted = [0, 1, 2, 3].map((level) => {
      const some = rows.filter((i) => column[i] === level);
      return some.length === 0 ? 0 : (some.length / count) * entropyOf(some);
    });
    expect(found.conditional[k]).toBeCloseTo(sum(wanted), 5);
  });
});

it("a posterior so narrow that no cell holds it whole keeps its place and its mass", () => {
  // One of 1000 images, ten thousand times narrower than the others on its two sides: half their σ is the grid's step,
  // and to it it is widened.
  const mu = Float64Array.from({ length: 1000 }, (_, i) => (i === 0 ? 40 : 80 * (i % 2)));
  const logVariance = mu.map((one) => (one === 40 ? 2 * Math.log(1e-4) : 0));
  const { marginal, conditional } = marginalEntropies(mu, logVariance, [
    Int32Array.from(mu, (one) => one / 40),
  ]);
  const normal = 0.5 * Math.log(2 * Math.PI * Math.E);
  const shares = [0.499, 0.001, 0.5];
  const own = normal + 0.001 * Math.log(0.5);
  expect(conditional[0]).toBeCloseTo(own, 4);
  expect(marginal).toBeCloseTo(own - sum(shares.map((one) => one * Math.log(one))), 4);
});

it("IRS: the farthest from the level's mean, as a share of the farthest from the mean of all", () => {
  const codes = [uniform(2, 60), uniform(3, 60).map((one) => 5 * one ** 2)];
  const factors = [whole(5, 60, 3), whole(7, 60, 4).map((one) => 2 * one)];
  const far = (values: readonly number[]) => Math.max(...values.map((one) => Math.abs(one - mean(values))));
  const { score, perCode, matrix } = robustnessOf(codes, factors, 1);
  const wanted = codes.map((code) =>
    factors.map((levels) => {
      const parts = [...new Set(levels)].map((one) => far([...code].filter((_, i) => levels[i] === one)));
      return 1 - mean(parts) / far([...code]);
    }),
  );
  wanted.forEach((row, d) => {
    for (const [k, one] of row.entries()) expect(matrix[d]![k]).toBeCloseTo(one, 12);
    expect(perCode[d]).toBeCloseTo(Math.max(...row), 12);
  });
  const weights = codes.map((code) => far([...code]));
  const weighed = wanted.map((row, d) => Math.max(...row) * weights[d]!);
  expect(score).toBeCloseTo(sum(weighed) / sum(weights), 12);
});
