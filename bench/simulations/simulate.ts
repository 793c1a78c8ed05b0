/** One scenario, many times: made-up numbers through the comparison that the product makes. */

import { chiSquareTail } from "../../src/base/probabilities.ts";
import { fillNormal } from "../../src/base/random.ts";
import type { Config } from "../../src/config/index.ts";
import { compareGroups } from "../../src/jobs/compare/compare.ts";
import type { Group } from "../../src/jobs/compare/group.ts";
import { holm } from "../../src/jobs/compare/multiplicity.ts";
import type { MeasuredRun } from "../../src/jobs/compare/one-measure.ts";
import { before } from "./before.ts";
import type { Scenario } from "./scenarios.ts";

/** Shares of the repeats. */
interface Rates {
  /** The verdict names at least one difference that is none. */
  readonly falseFindings: number;
  /** It names at least one of those that are there; NaN where there are none. */
  readonly found: number;
}

export interface SimulationRow extends Rates {
  /** As the verdict was made until November 2026: pair by pair, Holm within each measure. */
  readonly before: Rates;
  /** Found by z tests with the noise known, Holm over all pairs and measures. */
  readonly ideal: number;
  /** Measures judged by Welch's test. */
  readonly welch: number;
}

const LEVEL = 0.05;

export function simulate(
  scenario: Scenario,
  config: Config,
  { repeats, seed }: { readonly repeats: number; readonly seed: number },
): SimulationRow {
  const { settings, measures: count, effect = 0 } = scenario;
  const measures = Array.from({ length: count }, (_, m) => ({
    key: `m${m}`,
    label: `m${m}`,
    definition: "",
  }));
  const empty = new Map<string, never>();
  const isTrue = (measure: number, to: number): boolean =>
    effect !== 0 && measure === 0 && to === settings - 1;
  const tally = { now: new Tally(), before: new Tally(), ideal: new Tally() };
  let welch = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const values = draw(scenario, seed, repeat);
    const groups = values.map(
      (runs, setting): Group<MeasuredRun> => ({
        label: `${setting}`,
        settings: { setting },
        runs: runs.map(({ seed: own, numbers }) => ({
          name: `${setting}-${own}`,
          config,
          seed: own,
          values: new Map(numbers.map((value, m) => [`m${m}`, value])),
          errors: empty,
          chances: empty,
          missing: empty,
          measures,
        })),
      }),
    );
    const found = compareGroups(groups).measures;
    welch += found.filter(({ method }) => method === "welch").length / count;
    tally.now.add(
      found.flatMap(({ differences }, m) => differences.map(({ to, larger }) => [isTrue(m, to), larger])),
    );
    tally.before.add(
      measures.flatMap((_, m) => {
        const bySeed = values.map((runs) => new Map(runs.map((run) => [run.seed, run.numbers[m]!])));
        return before(bySeed).map(({ to, larger }): Judged => [isTrue(m, to), larger]);
      }),
    );
    tally.ideal.add(ideal(scenario, values).map(({ measure, to, larger }) => [isTrue(measure, to), larger]));
  }
  return {
    ...tally.now.rates(),
    before: tally.before.rates(),
    ideal: tally.ideal.rates().found,
    welch: welch / repeats,
  };
}

type Judged = readonly [isTrue: boolean, larger: boolean];

class Tally {
  #repeats = 0;
  #wrong = 0;
  #right = 0;
  #any = false;

  add(pairs: readonly Judged[]): void {
    this.#repeats++;
    if (pairs.some(([isTrue, larger]) => larger && !isTrue)) this.#wrong++;
    if (pairs.some(([isTrue, larger]) => larger && isTrue)) this.#right++;
    this.#any ||= pairs.some(([isTrue]) => isTrue);
  }

  rates(): Rates {
    return {
      falseFindings: this.#wrong / this.#repeats,
      found: this.#any ? this.#right / this.#repeats : Number.NaN,
    };
  }
}

type Values = readonly (readonly { readonly seed: number; readonly numbers: readonly number[] }[])[];

function draw(scenario: Scenario, seed: number, repeat: number): Values {
  const {
    settings,
    seeds,
    measures,
    effect = 0,
    noise = () => 1,
    seedNoise = 0,
    missing = () => false,
  } = scenario;
  const bySeed = normals(seeds * measures, { seed, stream: "simulate-seeds", step: repeat });
  const drawn = shaped(scenario, settings * seeds * measures, seed, repeat);
  return Array.from({ length: settings }, (_, setting) =>
    Array.from({ length: seeds }, (__, s) => ({
      seed: s,
      numbers: Array.from({ length: measures }, (___, m) => {
        const own = drawn[(setting * seeds + s) * measures + m]! * noise(setting, m);
        const shift = m === 0 && setting === settings - 1 ? effect : 0;
        return own + shift + seedNoise * bySeed[s * measures + m]!;
      }),
    })).filter(({ seed: s }) => !missing(setting, s)),
  );
}

/** Of mean 0 and variance 1. */
function shaped({ shape = "normal" }: Scenario, count: number, seed: number, repeat: number): Float32Array {
  const at = (stream: string) => normals(count, { seed, stream: `simulate-${stream}`, step: repeat });
  const first = at("noise");
  if (shape === "normal") return first;
  const squares = [at("a"), at("b"), at("c"), at("d")];
  return first.map((z, i) => {
    const sums = squares.map((one) => one[i]! ** 2);
    // Student's t with 4 degrees of freedom has variance 2; half the sum of two squares is exponential.
    if (shape === "t4") return z / Math.sqrt(sums.reduce((total, one) => total + one) / 4) / Math.SQRT2;
    return (sums[0]! + sums[1]!) / 2 - 1;
  });
}

function normals(count: number, place: { seed: number; stream: string; step: number }): Float32Array {
  const values = new Float32Array(count);
  fillNormal(values, place);
  return values;
}

/** Pairs by z tests, the standard deviations known, seeds left out as what they are: noise of both. */
function ideal({ noise = () => 1, measures }: Scenario, values: Values) {
  const pairs = Array.from({ length: measures }, (_, measure) =>
    values.flatMap((first, from) =>
      values.slice(from + 1).map((second, i) => {
        const to = from + 1 + i;
        const mean = (runs: Values[number]) =>
          runs.reduce((sum, { numbers }) => sum + numbers[measure]!, 0) / runs.length;
        const error = noise(from, measure) ** 2 / first.length + noise(to, measure) ** 2 / second.length;
        return { measure, to, p: chiSquareTail((mean(second) - mean(first)) ** 2 / error, 1) };
      }),
    ),
  ).flat();
  const adjusted = holm(pairs.map(({ p }) => p));
  return pairs.map((pair, i) => ({ ...pair, larger: adjusted[i]! <= LEVEL }));
}
