/** UDR on models of four images whose lassos are solved by hand. */

import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { fillNormal } from "../../base/random.ts";
import type { Posteriors } from "../../latent/index.ts";
import { computeUdr, isAtChance } from "./index.ts";

// Two independent codes with mean 0 and variance 1, and their even mixture.
const a = Float32Array.of(1, 1, -1, -1);
const b = Float32Array.of(1, -1, 1, -1);
const mixed = a.map((one, i) => (one + b[i]!) * Math.SQRT1_2);
const model = (...codes: Float32Array[]): Posteriors => {
  const count = codes[0]!.length;
  const mean = Float32Array.from({ length: count * codes.length }, (_, i) => {
    return codes[i % codes.length]![Math.floor(i / codes.length)]!;
  });
  return { count, mean, logVariance: new Float32Array(mean.length) };
};

describe("models whose relation is not symmetric", () => {
  // At α = 0.1 the lasso from (a, mixed) gives a = 0.9 a and, where w₁ + ρ w₂ = α and ρ w₁ + w₂ = ρ − α with
  // ρ = √½, b = −0.65865 a + 1.07277 mixed; the lasso from (a, b) gives a = 0.9 a and mixed = (ρ − α)(a + b).
  const rho = Math.SQRT1_2;
  const second = (rho - 0.1 - rho * 0.1) / (1 - rho ** 2);
  const first = Math.abs(0.1 - rho * second);
  const each = rho - 0.1;
  const fromMixed = (0.9 + second ** 2 / (first + second) + 0.9 ** 2 / (0.9 + first) + second) / 4;
  const fromPlain = (0.9 + each / 2 + 0.9 ** 2 / (0.9 + each) + each) / 4;

  it("a model scores by how its own codes are found among the other's", async () => {
    const [plain, mixture] = await computeUdr([model(a, b), model(a, mixed)], { replicates: 2 });
    expect(fromMixed).toBeCloseTo(0.7893, 4);
    expect(fromPlain).toBeCloseTo(0.587, 4);
    expect(plain!.score).toBeCloseTo(fromMixed, 6);
    expect(mixture!.score).toBeCloseTo(fromPlain, 6);
  });

  it("says how it was measured", async () => {
    const [plain] = await computeUdr([model(a, b), model(a, mixed)], { replicates: 2, seed: 5 });
    expect(plain).toMatchObject({
      metric: "udr",
      settings: { relation: "lasso", alpha: 0.1, leastKl: 0.01 },
      samples: { images: 4, models: 2 },
      seed: 5,
      parts: { activeCodes: 2, perPartner: [plain!.score] },
      interval: { replicates: 2, resampled: "images" },
    });
  });

  it("the score is the median over the partners, the mean of the middle two of an even number", async () => {
    const models = [model(a, b), model(a, b), model(a, mixed), model(mixed)];
    const [three] = await computeUdr(models, { replicates: 2 });
    const perPartner = three!.parts.perPartner as number[];
    expect(perPartner).toHaveLength(3);
    expect(three!.score).toBe(perPartner.toSorted((x, y) => x - y)[1]);
    const [two] = await computeUdr(models.slice(0, 3), { replicates: 2 });
    expect(two!.score).toBeCloseTo((0.9 + fromMixed) / 2, 6);
  });
});

describe("by rank correlations", () => {
  // Ranks of a (3.5, 3.5, 1.5, 1.5), of b alike and crossed: ρ(a, b) = 0, and ρ(a, mixed) = √½ of √2, 0, 0, −√2.
  const options = { relation: "spearman", replicates: 2 } as const;

  it("the same axes score 1; a mixture by hand", async () => {
    const [same] = await computeUdr([model(a, b), model(b, a)], options);
    expect(same!.score).toBeCloseTo(1, 12);
    expect(same!.settings).toEqual({ relation: "spearman", leastKl: 0.01 });
    expect(same!.definition).toContain("Spearman's ρ");
    // R = [[1, √½], [0, √½]] from (a, b) to (a, mixed): columns 1 and ½/√2, rows 1/(1 + √½) and √½.
    const [, mixture] = await computeUdr([model(a, b), model(a, mixed)], options);
    const root = Math.SQRT1_2;
    expect(mixture!.score).toBeCloseTo((1 + 0.5 / (2 * root) + 1 / (1 + root) + root) / 4, 9);
  });

  it("looks at the order of codes only", async () => {
    const cubed = b.map((one, i) => (3 * one + i) ** 3);
    const plain = b.map((one, i) => 3 * one + i);
    const scoreOf = async (code: Float32Array) =>
      (await computeUdr([model(a, code), model(a, b)], options))[0]!.score;
    expect(await scoreOf(cubed)).toBe(await scoreOf(plain));
  });
});

describe("chance: what models score that know nothing of each other", () => {
  const noise = (seed: number): Float32Array => {
    const out = new Float32Array(2000);
    fillNormal(out, { seed, stream: "test/udr", step: 0 });
    return out;
  };
  const options = { relation: "spearman", replicates: 10 } as const;

  it("unrelated models score about that, and do not beat it", async () => {
    const [one] = await computeUdr([model(noise(1), noise(2)), model(noise(3), noise(4))], options);
    // Of two |ρ| with E ρ² = 1/N, max²/sum is E about 0.8/√N.
    expect(one!.chance.from).toBe("permuted codes");
    expect(one!.chance.score * Math.sqrt(2000)).toBeGreaterThan(0.4);
    expect(one!.chance.score * Math.sqrt(2000)).toBeLessThan(1.4);
    expect(Math.abs(one!.score - one!.chance.score)).toBeLessThan(0.03);
  });

  it("models that found the same axes beat it; a lasso shrinks it to 0", async () => {
    const [u, v] = [noise(1), noise(2)];
    const [one] = await computeUdr([model(u, v), model(v, u)], { replicates: 10 });
    expect(one!.score).toBeCloseTo(0.9, 2);
    expect(one!.chance.score).toBe(0);
    expect(isAtChance(one!.interval, "higher", one!.chance.score)).toBe(false);
  });
});

it("a wrong option is named with its value", async () => {
  const { message } = await failure("config", () =>
    computeUdr([model(a), model(a)], { relation: "rank" as never }),
  );
  expect(message).toContain("settings.udr.relation");
});

it("codes whose mean KL is at most 0.01 nats take no part, whatever they say", async () => {
  const scaled = (factor: number) => b.map((one) => factor * one);
  // ½ μ² with σ = 1: 0.0085 and 0.0113 nats.
  const [without] = await computeUdr([model(a, scaled(0.13)), model(a, b)], { replicates: 2 });
  const [counted] = await computeUdr([model(a, scaled(0.15)), model(a, b)], { replicates: 2 });
  expect([without!.parts.activeCodes, counted!.parts.activeCodes]).toEqual([1, 2]);
  // σ alone is informative, too: ½ (σ² − 1 − ln σ²) = 0.0117 for σ² = 0.8.
  const narrow = {
    ...model(a, scaled(0)),
    logVariance: Float32Array.from({ length: 8 }, (_, i) => (i % 2) * Math.log(0.8)),
  };
  expect((await computeUdr([narrow, model(a, b)], { replicates: 2 }))[0]!.parts.activeCodes).toBe(2);
});

it("scores do not depend on the codes' scale or place", async () => {
  const moved = b.map((one) => 3 * one + 5);
  const scoreOf = async (code: Float32Array) =>
    (await computeUdr([model(a, code), model(a, mixed)], { replicates: 2 }))[0]!.score;
  expect(await scoreOf(moved)).toBeCloseTo(await scoreOf(b), 6);
});

it("refuses one model, and models of different images", async () => {
  expect((await failure("data", () => computeUdr([model(a)]))).message).toContain("UDR of 1 model");
  const error = await failure("data", () => computeUdr([model(a), model(a.slice(1))]));
  expect(error.message).toContain("different numbers of images: 4, 3");
});
