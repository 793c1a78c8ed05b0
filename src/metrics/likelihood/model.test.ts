import { describe, expect, test } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { linearGaussian } from "../../../test/helpers/linear-gaussian.ts";
import { memoryImages } from "../../data/index.ts";
import { input } from "../../graph/index.ts";
import { encodeSplit, isActiveUnit, latentStatistics } from "../../latent/index.ts";
import { mlp } from "../../models/architectures/mlp.ts";
import { Vae } from "../../models/index.ts";
import { bernoulli } from "../../models/likelihoods/bernoulli.ts";
import { StateContext } from "../../nn/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import { State } from "../../training/index.ts";
import { diagnose } from "./diagnoses.ts";
import { measureFit } from "./fit.ts";
import { importanceSampling } from "./importance.ts";
import { LogSum, RunningMean } from "./statistics.ts";
import { activeUnits } from "./units.ts";

const runtime = await createRuntime({ threads: 1 });

describe("posteriors of a split", () => {
  test("are the encoder's, with their KL image by image and latent by latent", async () => {
    const model = linearGaussian(700);
    const posteriors = await encodeSplit({ runtime, ...model }, model);
    const { mean, logVariance, kl, klPerDimension } = posteriors;
    // Posterior variances 1/(1 + (length/σ)²): 1/17 and 1/5.
    expect(logVariance[0]).toBeCloseTo(-Math.log(17), 5);
    expect(logVariance[1399]).toBeCloseTo(-Math.log(5), 5);
    const nats = (i: number) => 0.5 * (mean[i]! ** 2 + Math.exp(logVariance[i]!) - logVariance[i]! - 1);
    expect(kl[600]).toBeCloseTo(nats(1200) + nats(1201), 4);
    const total = Array.from({ length: 700 }, (_, i) => nats(2 * i + 1)).reduce((a, b) => a + b, 0);
    expect(klPerDimension[1]).toBeCloseTo(total / 700, 4);
    // Over data from the model itself Var μ = 1 − posterior variance.
    expect(Math.abs(activeUnits(posteriors).variances[0]! - 16 / 17)).toBeLessThan(0.15);
  });
});

describe("a conditional model", () => {
  const image = { height: 4, width: 4, channels: 1 } as const;
  const network = mlp.create(mlp.options.parse({ hidden: [8] }), image, 2);
  const vae = new Vae(image, 2, network, bernoulli.create({}, "real"), ["a", "b"]);
  const context = new StateContext("infer");
  vae.infer(context, input("x", ["batch", 4, 4, 1]), input("noise", ["batch", 2]), vae.labelInput("batch"));
  const model = { runtime, vae, state: State.initial([...context.specs.values()], 3) };
  const images = memoryImages(new Uint8Array(3 * 16).fill(77), { count: 3, ...image });
  const labelled = (...values: number[]) => ({
    images,
    labels: { names: ["a", "b"], values: Int32Array.from(values) },
  });

  test("is given each image's class, by encoder and decoder", async () => {
    const posteriors = await encodeSplit(model, labelled(0, 1, 0));
    const { mean, kl } = posteriors;
    expect(mean[4]).toBeCloseTo(mean[0]!, 6);
    expect(Math.abs(mean[2]! - mean[0]!)).toBeGreaterThan(1e-3);
    expect(kl[2]).toBeCloseTo(kl[0]!, 6);
    const nll = async (...values: number[]) => {
      const options = { samples: 20, seed: 1, rows: 7 };
      const found = await importanceSampling(model, labelled(...values), posteriors, options);
      return found.reconstruction.mean;
    };
    // The same posteriors, so only the decoder can tell the classes apart.
    expect(await nll(0, 1, 0)).not.toBeCloseTo(await nll(0, 0, 0), 3);
    expect((await measureFit(model, labelled(0, 1, 0), posteriors, { seed: 0 })).images).toBe(3);
  });

  test("needs labels", async () => {
    const { message } = await failure("data", () => encodeSplit(model, { images }));
    expect(message).toBe("the model is conditional, but these images have no labels");
    // Numbered otherwise, an image of b would be taken for one of a.
    const labels = { names: ["b"], values: new Int32Array(3) };
    const other = await failure("data", () => encodeSplit(model, { images, labels }));
    expect(other.message).toBe("the model is conditional on a, b, but these images are of the classes b");
  });
});

test("active units: Var_x μ_d ≥ 0.01, divided by N − 1", () => {
  const mean = Float32Array.of(0, 1, 0.1, 2, 1, -0.1, 1, 1, 0.1, 3, 1, -0.1);
  const units = activeUnits({ count: 4, latentDim: 3, mean });
  expect(units.variances[0]).toBeCloseTo(5 / 3, 6);
  expect(units.variances[1]).toBe(0);
  expect(units.variances[2]).toBeCloseTo(0.04 / 3, 6);
  expect([units.count, units.threshold]).toEqual([2, 0.01]);
  // The statistics that reports, comparisons and the page look at are the same.
  const { meanVariance } = latentStatistics({ count: 4, mean, logVariance: new Float32Array(12) });
  expect(meanVariance.filter(isActiveUnit)).toHaveLength(2);
  meanVariance.forEach((variance, d) => {
    expect(variance).toBeCloseTo(units.variances[d]!, 12);
  });
});

describe("fit", () => {
  test("a decoder that listens: little is left, and another image's latent costs many nats", async () => {
    const model = linearGaussian(400, { lengths: [0.2, 0.15], sigma: 0.02 });
    const fit = await measureFit(
      { runtime, ...model },
      model,
      await encodeSplit({ runtime, ...model }, model),
      { seed: 0 },
    );
    expect(fit.images).toBe(400);
    expect(fit.subset).toBeUndefined();
    // Reconstruction noise: σ² from the pixel, the posterior's share from z; both near σ here.
    expect(fit.reconstructionError).toBeGreaterThan(0.018);
    expect(fit.reconstructionError).toBeLessThan(0.03);
    // √((0.2² + 0.15²)/6 + σ²), the model's own deviation.
    expect(Math.abs(fit.pixelDeviation - Math.sqrt(0.0625 / 6 + 0.0004))).toBeLessThan(0.01);
    // A stranger's z is off by √2·length: (0.2² + 0.15²)/σ² nats.
    expect(Math.abs(fit.swapCost.mean - 0.0625 / 0.0004)).toBeLessThan(20);
  });

  test("a decoder that ignores z: everything is left, and swapping costs nothing", async () => {
    const model = linearGaussian(300, { lengths: [0, 0], sigma: 0.1 });
    const fit = await measureFit(
      { runtime, ...model },
      model,
      await encodeSplit({ runtime, ...model }, model),
      { seed: 0, limit: 200 },
    );
    expect(fit.images).toBe(200);
    expect(fit.subset).toEqual({ of: 300, count: 200, seed: 0 });
    expect(fit.swapCost.mean).toBeCloseTo(0, 5);
    expect(Math.abs(fit.reconstructionError / fit.pixelDeviation - 1)).toBeLessThan(0.01);
  });
});

test("fit of a single image: no other's latent, so nothing is said of a swap", async () => {
  const model = linearGaussian(1, { lengths: [0.2, 0.15], sigma: 0.02 });
  const posteriors = await encodeSplit({ runtime, ...model }, model);
  const fit = await measureFit({ runtime, ...model }, model, posteriors, { seed: 0 });
  expect(fit.swapCost).toEqual({ mean: Number.NaN, standardError: Number.NaN, count: 0 });
  const one = { mean: 4, standardError: Number.NaN, count: 1 };
  const found = diagnose({ negativeElbo: one, reconstruction: one, kl: one, klPerDimension: [2, 2], fit });
  expect(found.map(({ name }) => name)).not.toContain("decoder-ignores-latents");
});

describe("statistics", () => {
  test("mean, unbiased variance, standard error", () => {
    const values = new RunningMean();
    for (const value of [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) values.add(value);
    expect(values.mean).toBe(1e9 + 10);
    expect(values.variance).toBe(30);
    expect(values.estimate()).toEqual({ mean: 1e9 + 10, standardError: Math.sqrt(30 / 4), count: 4 });
    expect(new RunningMean().mean).toBeNaN();
  });

  test("log-sum-exp without overflow, in any order, with nothing in it, with zeros", () => {
    for (const values of [
      [1000, 1001, 999],
      [1001, 999, 1000],
      [-2000, Number.NEGATIVE_INFINITY, -2000],
    ]) {
      const sum = new LogSum();
      for (const value of values) sum.add(value);
      const peak = Math.max(...values);
      const exact = peak + Math.log(values.reduce((total, x) => total + Math.exp(x - peak), 0));
      expect(sum.value).toBeCloseTo(exact, 10);
    }
    expect(new LogSum().value).toBe(Number.NEGATIVE_INFINITY);
    const broken = new LogSum();
    broken.add(Number.NaN);
    broken.add(1);
    expect(broken.value).toBeNaN();
  });
});
