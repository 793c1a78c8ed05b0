/** Rules, bounds and running numbers at the edge where they turn. */

import { expect, it } from "vitest";
import type { Decomposition } from "./aggregate.ts";
import { diagnose, type Findings } from "./diagnoses.ts";
import { decompositionInvariants } from "./invariants.ts";
import { RunningMean } from "./statistics.ts";

const exact = (mean: number) => ({ mean, standardError: 0, count: 100 });

const sound: Decomposition = {
  images: 1000,
  draws: 1000,
  mutualInformation: exact(4),
  totalCorrelation: exact(1),
  dimensionwiseKl: exact(2),
  dimensionwiseKlPerDimension: [exact(2)],
  sum: exact(7),
  kl: 7,
  difference: exact(0),
};
const holds = (change: Partial<Decomposition>) =>
  decompositionInvariants({ ...sound, ...change }).map((one) => one.holds);

it("without luck, rounding alone is allowed: a thousandth of a nat, of the KL where that is more than one", () => {
  expect(holds({})).toEqual([true, true, true, true, true]);
  expect(holds({ difference: exact(0.0069) })[4]).toBe(true);
  expect(holds({ difference: exact(0.0071) })[4]).toBe(false);
  expect(holds({ totalCorrelation: exact(-0.001), sum: exact(7 - 1.001) })[2]).toBe(true);
  expect(holds({ totalCorrelation: exact(-0.0011) })[2]).toBe(false);
});

it("few effective samples: fewer than two count, or the last ones still gained a nat; either is enough", () => {
  const base: Findings = {
    negativeElbo: exact(100),
    reconstruction: exact(80),
    kl: exact(20),
    klPerDimension: [20],
    dimensionwiseKl: [0.1],
  };
  const speaks = (effectiveSamples: number, nats?: number) =>
    diagnose({
      ...base,
      importance: {
        samples: 100,
        effectiveSamples,
        ...(nats !== undefined && { lastGain: { from: 10, nats } }),
      },
    }).some(({ name }) => name === "few-effective-samples");
  expect([speaks(1.9, 0.5), speaks(5, 1.5), speaks(1.9), speaks(5, 0.5), speaks(2, 1)]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

it("the variance of two numbers is theirs, of one not a number", () => {
  const mean = new RunningMean();
  mean.add(1);
  expect(mean.variance).toBeNaN();
  mean.add(4);
  expect(mean.variance).toBe(4.5);
  expect(mean.estimate()).toEqual({ mean: 2.5, standardError: 1.5, count: 2 });
});
