/** The runs that are made up. */

export interface Scenario {
  readonly name: string;
  readonly settings: number;
  /** Seeds of each setting. */
  readonly seeds: number;
  readonly measures: number;
  /** By how many standard deviations the last setting is away, in the first measure. Default: 0. */
  readonly effect?: number;
  /** Standard deviation of the noise of each setting. Default: 1 in all. */
  readonly noise?: (setting: number, measure: number) => number;
  /** Standard deviation of what a seed adds to all settings. Default: 0. */
  readonly seedNoise?: number;
  /** Standard normal by default. */
  readonly shape?: "normal" | "t4" | "exponential";
  /** Whether a run is missing. Default: none is. */
  readonly missing?: (setting: number, seed: number) => boolean;
}

const lastOf = (settings: number, wide: number) => (setting: number) => (setting === settings - 1 ? wide : 1);

export const scenarios: readonly Scenario[] = [
  { name: "no difference", settings: 6, seeds: 3, measures: 1 },
  { name: "no difference", settings: 6, seeds: 3, measures: 20 },
  { name: "no difference", settings: 6, seeds: 5, measures: 20 },
  { name: "no difference", settings: 2, seeds: 3, measures: 20 },
  { name: "no difference", settings: 3, seeds: 3, measures: 20 },
  { name: "no difference", settings: 20, seeds: 3, measures: 1 },
  { name: "no difference, seeds matter (5 sd)", settings: 6, seeds: 3, measures: 20, seedNoise: 5 },
  { name: "no difference, long tails (t, 4 degrees)", settings: 6, seeds: 3, measures: 20, shape: "t4" },
  { name: "no difference, skewed (exponential)", settings: 6, seeds: 3, measures: 20, shape: "exponential" },
  ...[2, 4, 7, 12, 30].flatMap((wide) =>
    [1, 20].map((measures) => ({
      name: `no difference, one setting ${wide} times as noisy`,
      settings: 6,
      seeds: 3,
      measures,
      noise: lastOf(6, wide),
    })),
  ),
  {
    name: "no difference, one setting 7 times as noisy in one measure",
    settings: 6,
    seeds: 3,
    measures: 20,
    noise: (setting, measure) => (measure === 0 ? lastOf(6, 7)(setting) : 1),
  },
  {
    name: "no difference, noise 1, 2, …, 6",
    settings: 6,
    seeds: 3,
    measures: 20,
    noise: (setting) => setting + 1,
  },
  {
    name: "no difference, one setting 5 times as noisy",
    settings: 3,
    seeds: 3,
    measures: 1,
    noise: lastOf(3, 5),
  },
  {
    name: "no difference, every fifth run missing",
    settings: 6,
    seeds: 3,
    measures: 20,
    missing: (setting, seed) => (3 * setting + seed) % 5 === 4,
  },
  {
    name: "no difference, two seeds in one setting, five in the others",
    settings: 6,
    seeds: 5,
    measures: 20,
    missing: (setting, seed) => setting === 0 && seed > 1,
  },
  ...[1, 20].flatMap((measures) => [
    { name: "one setting 5 sd away", settings: 6, seeds: 3, measures, effect: 5 },
    { name: "one setting 5 sd away", settings: 6, seeds: 5, measures, effect: 5 },
    { name: "one setting 3 sd away", settings: 6, seeds: 3, measures, effect: 3 },
    { name: "one setting 3 sd away", settings: 6, seeds: 5, measures, effect: 3 },
    { name: "one setting 3 sd away", settings: 6, seeds: 10, measures, effect: 3 },
    { name: "5 sd apart", settings: 2, seeds: 3, measures, effect: 5 },
    { name: "5 sd apart", settings: 2, seeds: 5, measures, effect: 5 },
    { name: "5 sd apart", settings: 2, seeds: 10, measures, effect: 5 },
  ]),
  { name: "one setting 5 sd away", settings: 20, seeds: 3, measures: 1, effect: 5 },
  {
    name: "one setting 5 sd away, every fifth run missing",
    settings: 6,
    seeds: 3,
    measures: 1,
    effect: 5,
    missing: (setting, seed) => (3 * setting + seed) % 5 === 4,
  },
];
