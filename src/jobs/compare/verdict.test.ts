import { expect, test } from "vitest";
import { kl, mig, run, runs } from "../../../test/helpers/measured-runs.ts";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import { compareGroups } from "./compare.ts";
import { groupRuns } from "./group.ts";
import type { Measure } from "./value.ts";
import { measureVerdict, method, verdict } from "./verdict.ts";
import { changes } from "./words.ts";

const groups = groupRuns(runs);
const labels = groups.map(({ label }) => label);
const comparison = compareGroups(groups);

test("the verdict in words", () => {
  expect(verdict(comparison, groups)).toBe(
    "β = 1 and β = 4 differ by more than the noise over seeds in KL. Not shown to differ: mig.",
  );
  expect(measureVerdict(comparison.measures[0]!, labels)).toBe(
    "KL: β = 4 below β = 1 by 9.93 ± 0.14 nats/image (140 deviations of the noise), larger than the noise.",
  );
  expect(measureVerdict(comparison.measures[1]!, labels)).toMatch(
    /^mig: β = 4 above β = 1 by .*, not larger than the noise\.$/,
  );
  expect(method(comparison)).toContain(
    "with seeds as blocks: both measures. Intervals of differences are 95 % each.",
  );
  expect(verdict(compareGroups(groupRuns(runs.slice(1, 2))), groupRuns(runs.slice(1, 2)))).toContain(
    "only one setting",
  );
});

test("a grid: what differs with one factor is said of it, and each factor's change where the others stand still", () => {
  const noise = [0.1, -0.1, 0, 0.05];
  const cells = [1, 4].flatMap((beta) => [2, 5].map((latents) => ({ beta, latents })));
  const grid = groupRuns(
    cells.flatMap(({ beta, latents }, i) =>
      [0, 1, 2].map((seed) => ({
        ...run(beta, seed, {
          kl: 20 / beta + noise[(i + seed) % 4]!,
          "metric:mig": noise[(3 * i + seed) % 4]!,
        }),
        config: smallConfig(`objective.beta=${beta}`, `model.latentDim=${latents}`, `seed=${seed}`),
      })),
    ),
  );
  const found = compareGroups(grid);
  expect(grid.map(({ label }) => label)).toEqual([
    ...["latentDim 2, β = 1", "latentDim 2, β = 4", "latentDim 5, β = 1", "latentDim 5, β = 4"],
  ]);
  expect(verdict(found, grid)).toMatch(
    /^Larger than the noise over seeds: KL between all settings of different β\. Not shown to differ in any pair: mig/,
  );
  expect(changes(found, grid).map(({ plain }) => plain)).toEqual([
    "latentDim 2 → 5 at β = 1: no difference is shown to be larger than the noise over seeds.",
    "β 1 → 4 at latentDim 2: 15 fewer nats per image pass through the latents (20 → 5.05).",
  ]);
});

/** Six trained runs of `sprites-betas` in short (docs/sprites-betas.md), by β and seed: what `compare` read from them. */
const sprites = [
  run(1, 0, { negativeElbo: 37.155, reconstruction: 28.4811, kl: 8.6739, "metric:mig": 0.1428 }, []),
  run(1, 1, { negativeElbo: 37.9575, reconstruction: 28.3797, kl: 9.5778, "metric:mig": 0.1284 }, []),
  run(1, 2, { negativeElbo: 37.1986, reconstruction: 27.9905, kl: 9.2081, "metric:mig": 0.0687 }, []),
  run(4, 0, { negativeElbo: 40.7231, reconstruction: 34.6814, kl: 6.0417, "metric:mig": 0.0571 }, []),
  run(4, 1, { negativeElbo: 39.7304, reconstruction: 33.7557, kl: 5.9747, "metric:mig": 0.2157 }, []),
  run(4, 2, { negativeElbo: 40.6329, reconstruction: 34.7171, kl: 5.9158, "metric:mig": 0.3488 }, []),
];
const trained = (...measures: Measure[]) => {
  const found = groupRuns(sprites.map((one) => ({ ...one, measures })));
  return { groups: found, comparison: compareGroups(found) };
};
const nats = (key: string, label: string): Measure => ({
  key,
  label,
  unit: "nats/image",
  better: "lower",
  definition: key,
});
const reconstruction = nats("reconstruction", "reconstruction");

test("what β changed in trained runs is said where the tests carry it", () => {
  const { groups: found, comparison: both } = trained(reconstruction, kl);
  expect(changes(both, found).map(({ plain }) => plain)).toEqual([
    "β 1 → 4: 3.2 fewer nats per image pass through the latents (9.15 → 5.98) and pictures lose 6.1 nats of detail.",
  ]);
  const elbo = trained(reconstruction, kl, nats("negativeElbo", "−ELBO"), mig);
  expect(verdict(elbo.comparison, elbo.groups)).toBe(
    "β = 1 and β = 4 differ by more than the noise over seeds in reconstruction and KL. Not shown to differ: −ELBO and mig; " +
      "with so few runs a difference counts only from about 4.1 standard deviations of the noise.",
  );
  expect(changes(elbo.comparison, elbo.groups)[0]!.plain).not.toMatch(/ELBO|mig/);
});

test("and not where as many measures drown it: then it is said that so few runs can't tell", () => {
  const many = Array.from(
    { length: 22 },
    (_, i): Measure => ({ ...mig, key: `metric:mig`, label: `mig ${i}` }),
  );
  const sameRuns = sprites.map((one) => ({
    ...one,
    values: new Map([
      ...one.values,
      ...many.map((_, i) => [`metric:${i}`, one.values.get("metric:mig")!] as const),
    ]),
    measures: [reconstruction, kl, ...many.map((measure, i) => ({ ...measure, key: `metric:${i}` }))],
  }));
  const found = groupRuns(sameRuns);
  const compared = compareGroups(found);
  expect(changes(compared, found)).toEqual([]);
  // Student's t of two degrees at 5 %/48 is 21.9: × √(2/3) × 4/7.
  expect(verdict(compared, found)).toBe(
    "No difference is larger than the noise over seeds, but so few runs could hardly show one: among 24 tests the clearest difference would have had to be 10 standard deviations of the noise. " +
      "Train more seeds, or compare fewer measures.",
  );
});

test("a measure that is one number in all runs is said to be", () => {
  const same = sprites.map((one) => ({ ...one, values: new Map([["kl", 5]]), measures: [kl] }));
  expect(measureVerdict(compareGroups(groupRuns(same)).measures[0]!, ["β = 1", "β = 4"])).toBe(
    "KL: the same in all settings.",
  );
});

test("of two seeds a size in deviations of the noise is not known", () => {
  const two = compareGroups(
    groupRuns(sprites.filter(({ seed }) => seed < 2).map((one) => ({ ...one, measures: [kl] }))),
  );
  expect(two.measures[0]!.differences[0]).toMatchObject({ freedom: 1, effect: Number.NaN });
});
