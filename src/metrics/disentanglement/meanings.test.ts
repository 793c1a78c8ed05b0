/** Made-up codes whose meaning is known, and numbers that the measures must give for them. */

import { expect, test } from "vitest";
import { fillNormal } from "../../base/random.ts";
import type { Factors, Labels } from "../../data/index.ts";
import { latentMeanings } from "./meanings.ts";

const COUNT = 3000;
const noise = (stream: string): Float32Array => {
  const made = new Float32Array(COUNT);
  fillNormal(made, { seed: 1, stream });
  return made;
};

// A grid of ten slants and three shapes, a position that goes round, and a class drawn by chance.
const slants = Array.from({ length: COUNT }, (_, i) => i % 10);
const shapes = Array.from({ length: COUNT }, (_, i) => Math.floor(i / 10) % 3);
const angles = Array.from({ length: COUNT }, (_, i) => Math.floor(i / 30) % 8);
const factors: Factors = {
  factors: [
    { name: "slant", kind: "ordinal", values: [...slants.slice(0, 10)] },
    { name: "shape", kind: "categorical", values: [0, 1, 2] },
    { name: "angle", kind: "ordinal", values: [0, 1, 2, 3, 4, 5, 6, 7] },
  ],
  levels: Int32Array.from(
    { length: 3 * COUNT },
    (_, i) => [slants, shapes, angles][i % 3]![Math.floor(i / 3)]!,
  ),
  complete: false,
};

const code = (make: (i: number) => number) => Float64Array.from({ length: COUNT }, (_, i) => make(i));
const by = noise("by");
const meaningsOf = (codes: readonly Float64Array[], truth: object = { factors }, kl = codes.map(() => 1)) =>
  latentMeanings(codes, kl, truth);

test("each latent is called what it was made from", () => {
  const found = meaningsOf([
    code((i) => slants[i]! + by[i]!),
    code((i) => -slants[i]! + 2 * by[i]!),
    code((i) => [0, 5, 1][shapes[i]!]! + by[i]! / 4),
    code((i) => Math.cos((2 * Math.PI * (angles[i]! + 0.5)) / 8) + by[i]! / 9),
    code((i) => slants[i]! / 9 + 0.7 * [0, 1, 0.5][shapes[i]!]! + by[i]! / 30),
    code((i) => by[i]!),
    code((i) => slants[i]! / 4 + by[i]!),
  ]);
  expect(found.map(({ plain }) => plain.replaceAll(/\d+ %|[−]?\.\d\d/g, "#"))).toEqual([
    "z₀ follows slant (ρ #).",
    "z₁ follows slant (ρ #).",
    "z₂ carries # of the information about shape.",
    "z₃ carries # of the information about angle, but does not follow its order.",
    "z₄ mixes slant (ρ #) and shape (# of its information).",
    "z₅ goes with nothing known about the images.",
    "z₆ goes partly with slant (ρ #).",
  ]);
  expect(found.map(({ short }) => short.replaceAll(/\d+ %|[−]?\.\d\d/g, "#"))).toEqual([
    "slant ρ\u00a0#",
    "slant ρ\u00a0#",
    "shape #",
    "angle #",
    "slant ρ\u00a0# + shape #",
    "",
    "slant ρ\u00a0#",
  ]);
  // Var slant = 8.25, noise 1 and 4: Pearson's ρ is √(8.25/9.25) and −√(8.25/12.25); Spearman's lies near.
  expect(found[0]!.associations[0]!.rho).toBeCloseTo(0.944, 1.5);
  expect(found[1]!.associations[0]!.rho).toBeCloseTo(-0.82, 1.5);
  // Three clusters four noises apart tell shape nearly whole; a cosine tells 8 angles in 4 pairs: ln 4/ln 8.
  expect(found[2]!.associations[0]!.share).toBeGreaterThan(0.9);
  expect(found[3]!.associations[0]!.share).toBeGreaterThan(0.75 * (2 / 3));
  expect(found[3]!.associations[0]!.share).toBeLessThan(2 / 3);
  expect(found[3]!.associations[0]!.rho).toBeCloseTo(0, 1);
  expect(found[0]!.exact).toMatch(
    /^slant: Spearman's ρ \.9\d, information share \.\d\d \(3000 images, 20 bins\)$/,
  );
});

test("chance is not spoken of: pure noise beside many factors, for few images and many", () => {
  for (const count of [60, 300, COUNT]) {
    const truth = { factors: { ...factors, levels: factors.levels.slice(0, 3 * count) } };
    const codes = Array.from({ length: 20 }, (_, d) => Float64Array.from(noise(`code ${d}`).slice(0, count)));
    for (const { plain } of meaningsOf(codes, truth)) expect(plain).toContain("goes with nothing");
  }
});

test("a silent latent is silent, whatever its tiny means go with", () => {
  const [found] = meaningsOf([code((i) => slants[i]! * 1e-4)], { factors }, [0.004]);
  expect(found).toMatchObject({ associations: [], short: "", plain: "z₀ is silent: it carries 0.004 nats." });
});

test("labels that are a factor again are said once", () => {
  const labels: Labels = { names: ["a", "b", "c"], values: Int32Array.from(shapes) };
  const [found] = meaningsOf([code((i) => shapes[i]! + by[i]! / 9)], { factors, labels });
  expect(found!.plain).toMatch(/^z₀ carries \d+ % of the information about shape\.$/);
  expect(found!.associations.map(({ factor }) => factor)).toEqual(["shape"]);
});

test("labels are a factor without an order; a factor that is sampled is ranked and binned", () => {
  const labels: Labels = { names: ["a", "b", "c"], values: Int32Array.from(shapes) };
  const [found] = meaningsOf([code((i) => shapes[i]! + by[i]! / 9)], { labels });
  expect(found!.plain).toMatch(/^z₀ carries \d+ % of the information about label\.$/);
  expect(found!.associations[0]!.rho).toBeUndefined();
  const widths = noise("width");
  const sorted = [...widths].sort((a, b) => a - b);
  const sampled: Factors = {
    factors: [{ name: "width", kind: "continuous", values: sorted }],
    levels: Int32Array.from(widths, (width) => sorted.indexOf(width)),
    complete: false,
  };
  const [width] = meaningsOf([code((i) => Math.exp(widths[i]!))], { factors: sampled });
  expect(width!.plain).toBe("z₀ follows width (ρ 1.00).");
});

test("nothing is said where nothing is known, or nothing varies", () => {
  expect(meaningsOf([code((i) => i)], {})).toEqual([]);
  expect(meaningsOf([code((i) => i)], { labels: { names: ["a"], values: new Int32Array(COUNT) } })).toEqual(
    [],
  );
});

test("of a handful of images no order is claimed that chance alone often gives", () => {
  // Of five images two in 120 orders are perfect: one of fifty pairs is, more often than not.
  for (const count of [3, 4, 5, 6]) {
    const values = Array.from({ length: count }, (_, i) => i);
    const truth: Factors = {
      factors: [{ name: "slant", kind: "ordinal", values }],
      levels: Int32Array.from(values),
      complete: false,
    };
    const [meaning] = latentMeanings([Float64Array.from(values)], [1], { factors: truth });
    const isLuck = 2 / [6, 24, 120, 720][count - 3]! > 0.01 / 2;
    expect(meaning!.plain, `${count} images`).toBe(
      isLuck ? "z₀ goes with nothing known about the images." : "z₀ follows slant (ρ 1.00).",
    );
  }
});
