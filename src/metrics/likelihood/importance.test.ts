import { describe, expect, test } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { linearGaussian } from "../../../test/helpers/linear-gaussian.ts";
import type { OnProgress } from "../../base/progress.ts";
import { encodeSplit } from "../../latent/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import { importanceSampling } from "./importance.ts";
import { importanceInvariants } from "./invariants.ts";

const runtime = await createRuntime({ threads: 1 });
const mean = (values: readonly number[]) => values.reduce((total, one) => total + one, 0) / values.length;

async function estimate(
  model: ReturnType<typeof linearGaussian>,
  options: { samples: number; rows?: number; seed?: number; dequantise?: boolean },
) {
  const measured = { runtime, ...model };
  const posteriors = await encodeSplit(measured, model);
  return importanceSampling(measured, model, posteriors, { seed: 3, ...options });
}

describe("a linear Gaussian model, where ln p(x) is known", () => {
  test("with the true posterior one sample gives −ln p(x) exactly, and every sample counts", async () => {
    const model = linearGaussian(50);
    const single = await estimate(model, { samples: 1 });
    const exact = mean(model.negativeLogLikelihood);
    expect(single.negativeLogLikelihood.mean).toBeCloseTo(exact, 4);
    const several = await estimate(model, { samples: 20 });
    expect(several.negativeLogLikelihood.mean).toBeCloseTo(exact, 4);
    expect(several.effectiveSamples.mean).toBeCloseTo(20, 2);
    expect(several.negativeElbo.mean).toBeCloseTo(exact, 0);
  });

  test("with a wrong posterior it converges to −ln p(x), and −ELBO lies the gap above it", async () => {
    const model = linearGaussian(100, { shift: 0.6, widen: 1.4 });
    const result = await estimate(model, { samples: 500 });
    const exact = mean(model.negativeLogLikelihood);
    // The images are the same on both sides: only the samples' luck is left, 1/√(100·500) of a weight's deviation.
    expect(result.negativeLogLikelihood.mean).toBeGreaterThan(exact - 0.01);
    expect(result.negativeLogLikelihood.mean).toBeLessThan(exact + 0.01);
    expect(model.gap).toBeCloseTo(0.4235, 3);
    expect(result.negativeElbo.mean - exact).toBeGreaterThan(model.gap - 0.05);
    expect(result.negativeElbo.mean - exact).toBeLessThan(model.gap + 0.05);
    expect(result.effectiveSamples.mean).toBeGreaterThan(200);
    expect(result.effectiveSamples.mean).toBeLessThan(450);
  });

  test("under a mixture as the prior it converges to that model's −ln p(x), in closed form too", async () => {
    const model = linearGaussian(60, {
      prior: [
        { weight: 0.3, mean: [0.8, -0.5], deviation: [0.6, 0.4] },
        { weight: 0.7, mean: [-0.4, 0.6], deviation: [0.9, 1.2] },
      ],
    });
    const exact = mean(model.negativeLogLikelihood);
    const result = await estimate(model, { samples: 2000 });
    expect(Math.abs(result.negativeLogLikelihood.mean - exact)).toBeLessThan(0.02);
    expect(Math.abs(mean(linearGaussian(60).negativeLogLikelihood) - exact)).toBeGreaterThan(0.1);
    expect(result.negativeElbo.mean).toBeGreaterThan(exact);
  });

  test("the bound falls as samples grow: from −ELBO at 1 to −ln p(x)", async () => {
    const model = linearGaussian(60, { shift: 1, widen: 1.3 });
    const { bySamples, negativeElbo } = await estimate(model, { samples: 1000 });
    expect(bySamples.map(({ samples }) => samples)).toEqual([1, 5, 50, 500, 1000]);
    const bounds = bySamples.map(({ negativeLogLikelihood }) => negativeLogLikelihood.mean);
    expect(bounds).toEqual(bounds.toSorted((a, b) => b - a));
    expect(bounds[0]! - negativeElbo.mean).toBeLessThan(0.05);
    expect(bounds[0]! - bounds[1]!).toBeGreaterThan(0.5);
    expect(Math.abs(bounds[4]! - mean(model.negativeLogLikelihood))).toBeLessThan(0.05);
    expect(importanceInvariants({ bySamples } as Parameters<typeof importanceInvariants>[0])).toSatisfy(
      (found: { holds: boolean }[]) => found.length === 4 && found.every(({ holds }) => holds),
    );
  });
});

test("standard errors are those of the images' spread", async () => {
  const model = linearGaussian(200);
  const exact = model.negativeLogLikelihood;
  const centre = mean(exact);
  const deviation = Math.sqrt(exact.reduce((total, one) => total + (one - centre) ** 2, 0) / 199);
  const { negativeLogLikelihood } = await estimate(model, { samples: 2 });
  expect(negativeLogLikelihood.standardError).toBeCloseTo(deviation / Math.sqrt(200), 4);
  expect(negativeLogLikelihood.count).toBe(200);
});

test("the noise belongs to (image, sample): chunks change nothing, nor do more images or samples", async () => {
  const model = linearGaussian(9, { shift: 0.6 });
  const whole = await estimate(model, { samples: 10, rows: 90 });
  for (const rows of [1, 7, 64]) {
    const parts = await estimate(model, { samples: 10, rows });
    expect(parts.negativeLogLikelihood.mean).toBeCloseTo(whole.negativeLogLikelihood.mean, 5);
    expect(parts.reconstruction.mean).toBeCloseTo(whole.reconstruction.mean, 5);
  }
  const single = await estimate(linearGaussian(1, { shift: 0.6 }), { samples: 5 });
  const first = await estimate(linearGaussian(1, { shift: 0.6 }), { samples: 10 });
  // The first group of five of ten is the group of five.
  const groups = first.bySamples.find(({ samples }) => samples === 5)!;
  expect(groups.negativeLogLikelihood.mean).not.toBe(single.negativeLogLikelihood.mean);
  const other = await estimate(model, { samples: 10, seed: 4 });
  expect(other.negativeLogLikelihood.mean).not.toBe(whole.negativeLogLikelihood.mean);
});

test("progress counts rows, and a stop is noticed", async () => {
  const model = linearGaussian(4);
  const measured = { runtime, ...model };
  const posteriors = await encodeSplit(measured, model);
  const seen: number[] = [];
  const onProgress: OnProgress = ({ done, total }) => seen.push(done, total);
  await importanceSampling(measured, model, posteriors, { samples: 5, seed: 0, rows: 10, onProgress });
  expect(seen).toEqual([0, 20, 10, 20, 20, 20]);
  const controller = new AbortController();
  const stop: OnProgress = ({ done }) => done >= 10 && controller.abort();
  await failure("interrupted", () =>
    importanceSampling(measured, model, posteriors, {
      samples: 5,
      seed: 0,
      rows: 5,
      onProgress: stop,
      signal: controller.signal,
    }),
  );
  const wrong = await failure("config", () =>
    importanceSampling(measured, model, posteriors, { samples: 0, seed: 0 }),
  );
  expect(wrong.message).toBe("samples: 0 is not a whole number from 1 to 1048576");
});

describe("dequantised", () => {
  // A decoder that ignores z: every pixel N(0.5, σ²), so the integrals over a level's width are known.
  const sigma = 0.01;
  const level = (at: number) => (at + 0.5) / 256 - 0.5;
  /** E_u[−ln N((level + u)/256; 0.5, σ²)]: the square of a uniform difference has the variance 1/(12·256²) more. */
  const expected = (at: number) =>
    (level(at) ** 2 + 1 / (12 * 256 ** 2)) / (2 * sigma ** 2) + Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
  /** −ln of the mass of a level, by a sum over its width. */
  const exact = (at: number) => {
    const parts = Array.from({ length: 100 }, (_, i) => (at + (i + 0.5) / 100) / 256 - 0.5);
    const density = parts.map(
      (x) => Math.exp(-(x ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI)),
    );
    return -Math.log(mean(density) / 256);
  };

  test("−ELBO is the mean over the noise, in closed form, and with D·ln 256 an upper bound of −ln P", async () => {
    const model = linearGaussian(2000, { lengths: [0, 0], sigma });
    const { negativeElbo, negativeLogLikelihood } = await estimate(model, { samples: 1, dequantise: true });
    const levels = [...Array(2000).keys()].flatMap((i) => {
      const pixels = new Uint8Array(6);
      model.images.read(Uint32Array.of(i), pixels);
      return [...pixels];
    });
    const size = levels.length / 2000;
    const found = size * mean(levels.map(expected));
    expect(Math.abs(negativeElbo.mean - found)).toBeLessThan(4 * negativeElbo.standardError);
    expect(Math.abs(negativeElbo.mean - found)).toBeLessThan(0.1);
    const bound = negativeLogLikelihood.mean + size * Math.log(256);
    const mass = size * mean(levels.map(exact));
    expect(bound).toBeGreaterThan(mass);
    expect(bound - mass).toBeLessThan(0.1 * size);
  });

  test("a z of its own keeps what the posterior is worth", async () => {
    const model = linearGaussian(100);
    const plain = await estimate(model, { samples: 20 });
    const noisy = await estimate(model, { samples: 20, dequantise: true });
    // σ = 0.05 is flat over a level: the density hardly changes, and z is still drawn from the images' posteriors.
    expect(Math.abs(noisy.negativeLogLikelihood.mean - plain.negativeLogLikelihood.mean)).toBeLessThan(0.2);
    expect(noisy.kl).toEqual(plain.kl);
  });
});
