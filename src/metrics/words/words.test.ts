/** Every rule has numbers on which it must speak and numbers on which it must not. */

import { expect, test } from "vitest";
import { type Changed, describeChange, describeTraining } from "./index.ts";

const healthy = {
  negativeElbo: 100,
  reconstruction: 78,
  kl: 22,
  klPerDimension: [12, 10],
  before: 100.3,
  beta: 1,
};
const names = (numbers: object) => describeTraining({ ...healthy, ...numbers }).map(({ name }) => name);

test.each([
  ["collapsed", { kl: 0.004, klPerDimension: [0.002, 0.002] }, { kl: 0.02, klPerDimension: [0.011, 0.009] }],
  ["carries", {}, { kl: 0.004, klPerDimension: [0.002, 0.002] }],
  ["silent-latents", { klPerDimension: [22, 0.009] }, { klPerDimension: [21.9, 0.01] }],
  ["other-beta", { beta: 8 }, { beta: 1 }],
  ["other-beta", { beta: 0.5 }, { beta: undefined }],
  ["still-falling", { before: 100.51 }, { before: 100.5 }],
  ["still-falling", { before: 103 }, { before: undefined }],
])("%s speaks, and keeps silent", (name, speaks, silent) => {
  expect(names(speaks)).toContain(name);
  expect(names(silent)).not.toContain(name);
});

test("the sentences of a training, word by word", () => {
  const said = describeTraining({ ...healthy, kl: 4.1, klPerDimension: [4.1, 0, 0], before: 102, beta: 8 });
  expect(said.map(({ plain }) => plain)).toEqual([
    "4.1 nats about each picture pass through the latents: at best enough to tell about 60 pictures apart.",
    "2 of 3 latents are silent: they say next to nothing about a picture.",
    "−ELBO counts the KL once where training counted it 8 times: compare it only with models of the same β.",
    "It was still improving, by 2 nats in the last epoch: more epochs may help.",
  ]);
  const little = describeTraining({ ...healthy, kl: 0.5, klPerDimension: [0.25, 0.25] });
  expect(little[0]!.plain).toBe(
    "0.5 nats about each picture pass through the latents: too little to tell two pictures apart.",
  );
  expect(said[2]!.exact).toBe("minimised: reconstruction + 8·KL = 110.80 nats per image");
});

const measure = (key: string, before: number, after: number, more: Partial<Changed> = {}): Changed => ({
  key,
  label: key,
  before,
  after,
  difference: after - before,
  halfWidth: 0.03,
  larger: true,
  ...more,
});
const mig = { label: "mig", better: "higher" } as const;

test("a change: direction, size, meaning, and −ELBO's place", () => {
  const { plain, exact } = describeChange({
    head: "β 1 → 8",
    to: "β = 8",
    betas: [1, 8],
    measures: [
      measure("negativeElbo", 100, 136, { label: "−ELBO", better: "lower" }),
      measure("reconstruction", 78, 124, { better: "lower" }),
      measure("kl", 21.9, 12.3, { label: "KL", unit: "nats/image" }),
      measure("activeUnits", 10, 7, { label: "active units" }),
      measure("metric:mig", 0.1, 0.21, mig),
    ],
  });
  expect(plain).toBe(
    "β 1 → 8: 9.6 fewer nats per image pass through the latents (21.9 → 12.3), pictures lose 46 nats of detail, " +
      "7 latents are active instead of 10 and mig rises by 0.110 ± 0.030 (higher is better). " +
      "−ELBO is worse at β = 8 by construction: it is measured at β = 1.",
  );
  expect(exact).toContain("KL −9.600 ± 0.030 nats/image");
});

test("means of counts, scores that chance may have given, and what does not fit into a sentence", () => {
  const others = ["a", "b", "c", "d", "e"].map((key) => measure(key, 1, 2, { label: key }));
  const { plain } = describeChange({
    head: "β 1 → 4",
    to: "β = 4",
    measures: [
      measure("metric:mig", 0.3, 0.1, { ...mig, isAtChance: true }),
      measure("activeUnits", 14 / 3, 3),
      ...others,
    ],
  });
  expect(plain).toBe(
    "β 1 → 4: on average 3 latents are active instead of 4.7, mig falls by 0.200 ± 0.030 (neither is shown to beat chance), " +
      "a rises by 1.000 ± 0.030, b rises by 1.000 ± 0.030, c rises by 1.000 ± 0.030, d rises by 1.000 ± 0.030 and 1 more measure changes.",
  );
});

test("what the tests don't carry is not said", () => {
  const small = { larger: false };
  const change = {
    head: "β 1 → 2",
    to: "β = 2",
    betas: [1, 2] as const,
    measures: [measure("kl", 22, 21, small), measure("metric:mig", 0.1, 0.4, { ...mig, ...small })],
  };
  expect(describeChange(change).plain).toBe(
    "β 1 → 2: no difference is shown to be larger than the noise over seeds.",
  );
  const one = { ...change, measures: [measure("kl", 22, 21), ...change.measures.slice(1)] };
  expect(describeChange(one).plain).toBe(
    "β 1 → 2: 1 fewer nat per image passes through the latents (22 → 21).",
  );
  const same = measure("kl", 22, 22.01, { larger: undefined });
  expect(describeChange({ ...change, measures: [same] }).plain).toBe(
    "β 1 → 2: no difference is larger than its error over images. With one run of each, this describes these two models, not the settings.",
  );
});

test("one run of each is about the models; metrics without a test are left out", () => {
  const untested = { larger: undefined, halfWidth: Number.NaN };
  const { plain } = describeChange({
    head: "annealed → soft free bits",
    to: "soft free bits",
    measures: [
      measure("negativeElbo", 105, 103, untested),
      measure("kl", 20, 25, untested),
      measure("metric:mig", 0.1, 0.4, { ...mig, ...untested }),
    ],
  });
  expect(plain).toBe(
    "annealed → soft free bits: 5 more nats per image pass through the latents (20 → 25). " +
      "−ELBO is 2 nats better for soft free bits. With one run of each, this describes these two models, not the settings. " +
      "Run `evaluate` to see how precise these numbers are.",
  );
});

test("of two models, what other images might have given is not said", () => {
  const untested = { larger: undefined, halfWidth: 0.3 };
  const { plain, exact } = describeChange({
    head: "a → b",
    to: "b",
    measures: [
      measure("negativeElbo", 160.2, 160.4, { ...untested, label: "−ELBO" }),
      measure("reconstruction", 143.6, 143.4, untested),
      measure("kl", 16.6, 17.3, { ...untested, label: "KL" }),
    ],
  });
  expect(plain).toBe(
    "a → b: 0.7 more nats per image pass through the latents (16.6 → 17.3). With one run of each, this describes these two models, not the settings.",
  );
  expect(exact).toBe("a → b: KL +0.70 ± 0.30 (± 95 % over images)");
});

test("−ELBO that is better at a larger β is no matter of construction", () => {
  const { plain } = describeChange({
    head: "β 1 → 8",
    to: "β = 8",
    betas: [1, 8],
    measures: [measure("negativeElbo", 100, 97)],
  });
  expect(plain).toBe("β 1 → 8: −ELBO is 3 nats better for β = 8.");
  const below = describeChange({
    head: "β 0.1 → 1",
    to: "b",
    betas: [0.1, 1],
    measures: [measure("negativeElbo", 100, 90)],
  });
  expect(below.plain).not.toContain("construction");
});

test("how much a KL tells: two pictures from ln 2 on, a number of one digit, a power of ten from ln 10⁶ on", () => {
  const carried = (kl: number) => describeTraining({ ...healthy, kl, klPerDimension: [kl] })[0]!.plain;
  expect(carried(0.69)).toContain("too little to tell two pictures apart");
  expect(carried(0.7)).toContain("enough to tell about 2 pictures apart");
  expect(carried(1)).toContain("1 nat about each picture passes through");
  expect(carried(13.8)).toContain("about 1,000,000 pictures");
  expect(carried(5)).toContain("enough to tell about 100 pictures apart.");
  expect(carried(13.82)).toContain("enough to tell about 10⁶ pictures apart.");
  expect(carried(23)).toContain("about 10¹⁰ pictures apart.");
  expect(carried(468)).toContain("about 10²⁰³ pictures apart, more than any data set has.");
  expect(carried(1000)).toContain("about 10⁴³⁴ pictures apart, more than any data set has.");
  expect(names({ kl: Number.NaN })).not.toContain("carries");
  expect(describeTraining({ ...healthy, kl: 3.456, klPerDimension: [3, 0.01, 0.009] })[0]!.exact).toBe(
    "KL 3.46 ≥ I_q(x; z); 2 of 3 latents at or above 0.01 nats",
  );
});

test("the numbers behind silent latents", () => {
  const one = describeTraining({ ...healthy, klPerDimension: [5, 0.001] })[1]!;
  expect([one.plain, one.exact]).toEqual([
    "1 of 2 latents is silent: it says next to nothing about a picture.",
    "KL_d < 0.01 nats for z₁",
  ]);
  const all = describeTraining({ ...healthy, kl: 0.0035, klPerDimension: [0.001, 0.0025] })[0]!;
  expect(all.exact).toBe("each KL_d < 0.01 nats, KL 0.004");
});

test("numbers in sentences: two digits, three from 100 on, one nat in the singular", () => {
  const lost = (difference: number) =>
    describeChange({ head: "a → b", to: "b", measures: [measure("reconstruction", 0, difference)] }).plain;
  expect(lost(99.4)).toBe("a → b: pictures lose 99 nats of detail.");
  expect(lost(100.4)).toBe("a → b: pictures lose 100 nats of detail.");
  expect(lost(123.6)).toBe("a → b: pictures lose 124 nats of detail.");
  expect(lost(-1.04)).toBe("a → b: pictures gain 1 nat of detail.");
});

test("at most six measures are named; which way is better, where one is", () => {
  const many = Array.from({ length: 9 }, (_, i) =>
    measure(`metric:m${i}`, 0, i % 2 === 0 ? 1 : -1, {
      label: `m${i}`,
      ...(i === 1 && { better: "lower" as const }),
      ...(i === 2 && { better: "lower" as const }),
    }),
  );
  const { plain } = describeChange({ head: "a → b", to: "b", measures: many });
  expect(plain).toBe(
    "a → b: m0 rises by 1.000 ± 0.030, m1 falls by 1.000 ± 0.030 (lower is better), m2 rises by 1.000 ± 0.030 (lower is better), " +
      "m3 falls by 1.000 ± 0.030, m4 rises by 1.000 ± 0.030, m5 falls by 1.000 ± 0.030 and 3 more measures change.",
  );
  const nothing = describeChange({ head: "a → b", to: "b", measures: [] });
  expect([nothing.plain, nothing.exact]).toEqual([
    "a → b: no difference is larger than its error over images. With one run of each, this describes these two models, not the settings.",
    "a → b: no difference lies outside its 95 % interval over images",
  ]);
});

test("a difference of exactly its half width is what other images might have given", () => {
  const said = (halfWidth: number) =>
    describeChange({
      head: "a → b",
      to: "b",
      measures: [measure("kl", 3, 4, { larger: undefined, halfWidth })],
    }).plain;
  expect(said(1)).toContain("no difference is larger than its error over images");
  expect(said(0.99)).toContain("1 more nat per image passes");
});
