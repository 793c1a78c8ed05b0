/** The batch's estimate of the aggregate posterior, against worked values and exact ones over a whole data set. */

import { describe, expect, it } from "vitest";
import { forward, makeObjective, numbers } from "../../test/helpers/objectives.ts";
import { fillNormal, permutation } from "../base/random.ts";
import { constant, input, logSumExp, mean, subtract, sum, type Value } from "../graph/index.ts";
import { decomposeKl } from "../metrics/index.ts";
import { klToStandardNormal } from "../nn/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { decompose, pairwiseLogDensity, stratified, weighted } from "./aggregate.ts";

describe("stratified weights", () => {
  const batch = 5;
  const weights = Array.from(stratified(batch, 100), Math.exp);

  it("sum to 1 in every row, with 1/N on the diagonal", () => {
    for (let row = 0; row < batch; row++) {
      const own = weights.slice(row * batch, (row + 1) * batch);
      expect(own.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      expect(own[row]).toBeCloseTo(0.01, 8);
      expect(own[(row + 1) % batch]).toBeCloseTo(96 / 400, 7);
      expect(own[(row + 2) % batch]).toBeCloseTo(0.25, 7);
    }
  });

  it("are those of the whole set when the batch is the whole set", () => {
    // N = B: every image has 1/N but for the one that stands for the rest, of which there is none.
    expect(Array.from(stratified(3, 3), Math.exp).map((w) => w.toFixed(4))).toEqual(
      [1 / 3, 1 / 6, 1 / 2, 1 / 2, 1 / 3, 1 / 6, 1 / 6, 1 / 2, 1 / 3].map((w) => w.toFixed(4)),
    );
  });
});

it("disentanglement_lib's anchor: TC without constants of N(0, I) is 0 for one latent, −9·ln 10⁴ for ten", async () => {
  // E[logsumexp_j Σ_d − Σ_d logsumexp_j] over 10 000 equal posteriors: ln B − D·ln B.
  const batch = 1000;
  const runtime = await createRuntime({ threads: 1 });
  for (const latent of [1, 10]) {
    const zeros = constant(0, [batch, latent]);
    const pairwise = pairwiseLogDensity(zeros, { mean: zeros, logVariance: zeros });
    const tc = mean(subtract(logSumExp(sum(pairwise, [2]), 1), sum(logSumExp(pairwise, 1), [1])));
    const session = await runtime.compile({ name: "anchor", inputs: [], outputs: { tc } });
    const found = ((await session.run({})).tc!.data as Float32Array)[0]!;
    await session.release();
    expect(found).toBeCloseTo((1 - latent) * Math.log(batch), 2);
  }
});

it("the three logged terms sum to the drawn KL, and the objective's default at β = 1 is −ELBO with that KL", () => {
  const { terms, feeds } = forward(makeObjective("tc", { beta: 1 }), { batchSize: 6, dataSize: 50 });
  const found = numbers(terms, feeds);
  const parts = ["mutualInformation", "totalCorrelation", "dimensionwiseKl"].map((name) => found[name]![0]!);
  const drawn = found.loss![0]! - found.reconstruction![0]!;
  expect(parts.reduce((a, b) => a + b)).toBeCloseTo(drawn, 4);
  expect(parts[0]).toBeLessThanOrEqual(Math.log(50));
});

it("weighs the three terms, those of its own estimator", () => {
  const [alpha, beta, gamma] = [2, 5, 0.5];
  const lossOf = (estimator: string) => {
    const { terms, feeds } = forward(makeObjective("tc", { alpha, beta, gamma, estimator }), {
      batchSize: 6,
      dataSize: 50,
    });
    const { loss, reconstruction, mutualInformation, totalCorrelation, dimensionwiseKl } = numbers<string>(
      terms,
      feeds,
    );
    const stratifiedLoss =
      reconstruction![0]! +
      alpha * mutualInformation![0]! +
      beta * totalCorrelation![0]! +
      gamma * dimensionwiseKl![0]!;
    return { loss: loss![0]!, stratifiedLoss };
  };
  const mss = lossOf("mss");
  expect(mss.loss).toBeCloseTo(mss.stratifiedLoss, 4);
  // Off by constants of many nats: ln q(z) by about ln(B·N) − ln B, and each ln q(z_d) too.
  const mws = lossOf("mws");
  expect(mws.stratifiedLoss).toBeCloseTo(mss.stratifiedLoss, 4);
  expect(Math.abs(mws.loss - mws.stratifiedLoss)).toBeGreaterThan(5);
});

it("logs stratified numbers also when the loss is weighted sampling's", () => {
  const logged = (estimator: string) => {
    const { terms, feeds } = forward(makeObjective("tc", { estimator }), { batchSize: 6, dataSize: 50 });
    return numbers(terms, feeds);
  };
  const [mss, mws] = [logged("mss"), logged("mws")];
  expect(mws.totalCorrelation).toEqual(mss.totalCorrelation);
  expect(mws.loss).not.toEqual(mss.loss);
});

/**
 * The case of the reference notes: N = 4096, D = 10, five latents active and independent, five at the prior; KL 9.5
 * nats. MSS is biased, and the more so the more nats the latents carry: at 9.8 nats the TC is 13 % off.
 */
function syntheticPosteriors(count = 4096, latent = 10) {
  const means = new Float32Array(count * latent);
  const logVariances = new Float32Array(count * latent);
  const draws = new Float32Array(count * latent);
  fillNormal(draws, { seed: 1, stream: "means" });
  for (let i = 0; i < means.length; i++) {
    const active = i % latent < latent / 2;
    means[i] = active ? draws[i]! : 0;
    logVariances[i] = active ? 2 * Math.log(0.15) : 0;
  }
  return { count, latent, means, logVariances };
}

/** KL of each posterior, and its mean in each latent, in nats. */
function klOf(means: Float32Array, logVariances: Float32Array, latent: number) {
  const count = means.length / latent;
  const kl = new Float64Array(count);
  const klPerDimension = new Array<number>(latent).fill(0);
  means.forEach((mu, i) => {
    const lv = logVariances[i]!;
    const own = 0.5 * (mu * mu + Math.exp(lv) - lv - 1);
    kl[Math.floor(i / latent)]! += own;
    klPerDimension[i % latent]! += own / count;
  });
  return { kl, klPerDimension };
}

describe("the synthetic case of the reference notes", async () => {
  const { count, latent, means, logVariances } = syntheticPosteriors();
  const runtime = await createRuntime();

  /** Draws for `rows` of the images, and their means over all of `columns` posteriors. */
  async function estimate(batch: number, batches: number, kind: "mss" | "mws") {
    const [mu, lv, z] = ["mean", "logVariance", "z"].map((name) => input(name, [batch, latent]));
    const posterior = { mean: mu!, logVariance: lv! };
    const parts = decompose(
      z!,
      posterior,
      pairwiseLogDensity(z!, posterior),
      count,
      kind === "mss" ? stratified : weighted,
    );
    const kl = mean(sum(klToStandardNormal(posterior), [1]));
    const session = await runtime.compile({ name: kind, inputs: [mu!, lv!, z!], outputs: { ...parts, kl } });
    const totals: Record<string, number> = {};
    for (let b = 0; b < batches; b++) {
      const images = permutation(count, { seed: 2, stream: "batch", step: b }).subarray(0, batch);
      const results = await session.run(feed(images, b));
      for (const [name, { data }] of Object.entries(results)) {
        totals[name] = (totals[name] ?? 0) + (data as Float32Array)[0]! / batches;
      }
    }
    await session.release();
    return totals as Record<"mutualInformation" | "totalCorrelation" | "dimensionwiseKl" | "kl", number>;
  }

  function feed(images: Uint32Array, step: number): Record<string, Value> {
    const noise = new Float32Array(images.length * latent);
    fillNormal(noise, { seed: 3, stream: "noise", step });
    // Scaled to a mean square of 1: most of what the luck of the draws adds to every estimate is gone.
    const scale = Math.sqrt(noise.length / noise.reduce((total, e) => total + e * e, 0));
    for (let i = 0; i < noise.length; i++) noise[i]! *= scale;
    const pick = (from: Float32Array) =>
      Float32Array.from(noise, (_, i) => from[images[Math.floor(i / latent)]! * latent + (i % latent)]!);
    const [mu, lv] = [pick(means), pick(logVariances)];
    const value = (data: Float32Array): Value => ({ dtype: "float32", shape: [images.length, latent], data });
    const z = noise.map((e, i) => mu[i]! + Math.exp(0.5 * lv[i]!) * e);
    return { mean: value(mu), logVariance: value(lv), z: value(z) };
  }

  /** The exact decomposition over all N² pairs; the luck of its draws, which its sum shows, taken off the TC. */
  async function exact() {
    const kl = klOf(means, logVariances, latent);
    const posteriors = { count, latentDim: latent, mean: means, logVariance: logVariances, ...kl };
    const found = await decomposeKl(runtime, posteriors, { seed: 5, draws: 1024 });
    return {
      mutualInformation: found.mutualInformation.mean,
      totalCorrelation: found.totalCorrelation.mean - found.difference.mean,
      dimensionwiseKl: found.dimensionwiseKl.mean,
    };
  }

  it("MSS: MI within 5 %, TC within 12 %, the sum is the KL, and the gap shrinks as B grows", async () => {
    const truth = await exact();
    const small = await estimate(64, 256, "mss");
    const large = await estimate(512, 8, "mss");
    const gap = (found: typeof small, name: keyof typeof truth) => Math.abs(found[name] - truth[name]);
    expect(gap(small, "mutualInformation") / truth.mutualInformation).toBeLessThan(0.05);
    expect(gap(small, "totalCorrelation") / truth.totalCorrelation).toBeLessThan(0.12);
    // The TC alone changes sign on the way; all three gaps together shrink.
    const names = ["mutualInformation", "totalCorrelation", "dimensionwiseKl"] as const;
    const gaps = (found: typeof small) => names.reduce((total, name) => total + gap(found, name), 0);
    expect(gap(large, "mutualInformation")).toBeLessThan(0.75 * gap(small, "mutualInformation"));
    expect(gaps(large)).toBeLessThan(0.6 * gaps(small));
    for (const { mutualInformation, totalCorrelation, dimensionwiseKl, kl } of [small, large]) {
      expect(Math.abs(mutualInformation + totalCorrelation + dimensionwiseKl - kl)).toBeLessThan(0.05);
      expect(mutualInformation).toBeLessThanOrEqual(Math.log(count));
    }
  });

  it("MWS: the same sum, and numbers that are no estimates", async () => {
    const found = await estimate(64, 50, "mws");
    expect(found.mutualInformation + found.totalCorrelation + found.dimensionwiseKl).toBeCloseTo(found.kl, 0);
    expect(found.totalCorrelation).toBeGreaterThan(50);
  });
}, 60_000);
