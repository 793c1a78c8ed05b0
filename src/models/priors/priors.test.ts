/** Mixtures as priors against worked numbers and finite differences; VampPrior's pseudo-inputs from the first batch on. */

import { describe, expect, test } from "vitest";
import { expectGradients } from "../../../test/helpers/gradients.ts";
import { eventsOf, eventsOfType, makeData, makeJob, smallImage } from "../../../test/helpers/training.ts";
import { input, interpret, sum, type Tensor, type Value } from "../../graph/index.ts";
import {
  type PriorMixture,
  priorDraws,
  priorLogDensities,
  priorMedians,
  priorOf,
  priorQuantiles,
} from "../../latent/index.ts";
import { StateContext } from "../../nn/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import { createVae } from "../create.ts";
import { architectures, likelihoods, priors } from "../registry.ts";
import { mixtureKl, mixtureLogDensity } from "./prior.ts";

const value = (shape: number[], numbers: readonly number[]): Value => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(numbers),
});
const normal = (z: number, mean: number, variance: number) =>
  Math.exp(-0.5 * ((z - mean) ** 2 / variance)) / Math.sqrt(2 * Math.PI * variance);

const model = (kind: string, architecture = "mlp") => ({
  architecture,
  hidden: [7],
  activation: "relu",
  initialization: "pytorch",
  latentDim: 3,
  likelihood: { kind: "bernoulli" },
  prior: { kind, components: 6 },
});
const vaeWith = (kind: string) => createVae(model(kind), smallImage, { architectures, likelihoods, priors });

describe("a mixture", () => {
  const shapes = { z: [2, 2], mean: [2, 2], logVariance: [2, 2], q: [2, 2], qv: [2, 2], w: [2] };
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)]),
  );
  const { z, mean, logVariance, q, qv, w } = tensors as Record<keyof typeof shapes, Tensor>;
  const mixture = { logWeights: w, mean, logVariance };
  const feeds = {
    z: value([2, 2], [0.5, -1, 2, 0.3]),
    mean: value([2, 2], [0, -0.5, 1.5, 1]),
    logVariance: value([2, 2], [0, Math.log(4), Math.log(0.5), 0]),
    q: value([2, 2], [0.4, -0.8, 1.7, 0]),
    qv: value([2, 2], [-1, -0.5, -2, 0.1]),
    w: value([2], [Math.log(0.25), Math.log(0.75)]),
  };
  const density = (a: number, b: number) =>
    0.25 * normal(a, 0, 1) * normal(b, -0.5, 4) + 0.75 * normal(a, 1.5, 0.5) * normal(b, 1, 1);

  test("has the density that its parts add up to", () => {
    const { found } = interpret({ found: mixtureLogDensity(z, mixture) }, feeds);
    expect(found.data[0]).toBeCloseTo(Math.log(density(0.5, -1)), 5);
    expect(found.data[1]).toBeCloseTo(Math.log(density(2, 0.3)), 5);
  });

  test("shares the KL of a draw out among the latents, all of it", () => {
    const shares = mixtureKl(z, { mean: q, logVariance: qv }, mixture);
    const { found } = interpret({ found: sum(shares, [1]) }, feeds);
    const own = Math.log(normal(0.5, 0.4, Math.exp(-1)) * normal(-1, -0.8, Math.exp(-0.5)));
    expect(found.data[0]).toBeCloseTo(own - Math.log(density(0.5, -1)), 5);
  });

  test("has the gradient of its value, though the shares have none", () => {
    const kl = mixtureKl(z, { mean: q, logVariance: qv }, mixture);
    expectGradients(sum(kl), [kl], Object.values(tensors), feeds);
  });
});

describe("as numbers", () => {
  // Latent 0: at −2 and 2 in halves; latent 1: N(1, 4) in both.
  const prior: PriorMixture = {
    logWeights: Float32Array.of(Math.log(0.5), Math.log(0.5)),
    mean: Float32Array.of(-2, 1, 2, 1),
    logVariance: Float32Array.of(0, Math.log(4), 0, Math.log(4)),
  };

  test("quantiles are where the mass says", () => {
    const [low, middle, high] = priorQuantiles(3, 0.25, 0, prior);
    expect(middle).toBeCloseTo(0, 6);
    // A quarter lies below the left component's median, but for the 3e-5 of the other one.
    expect(low).toBeCloseTo(-2, 3);
    expect(high).toBeCloseTo(2, 3);
    expect(Array.from(priorMedians(2, prior), (one) => Number(one.toFixed(6)))).toEqual([0, 1]);
    expect([...priorMedians(3, undefined)]).toEqual([0, 0, 0]);
    expect(priorQuantiles(3, 0.02275, 1, prior).map((one) => Number(one.toFixed(3)))).toEqual([-3, 1, 5]);
  });

  test("densities, jointly and of each latent", () => {
    const { joint, marginals } = priorLogDensities(Float32Array.of(2, 3), 2, prior);
    const first = 0.5 * normal(2, -2, 1) + 0.5 * normal(2, 2, 1);
    expect(marginals[0]).toBeCloseTo(Math.log(first), 6);
    expect(marginals[1]).toBeCloseTo(Math.log(normal(3, 1, 4)), 6);
    expect(joint[0]).toBeCloseTo(Math.log(first * normal(3, 1, 4)), 6);
  });

  test("draws have its moments", () => {
    const draws = priorDraws(20_000, 2, 5, 1, prior);
    const moments = [0, 1].map((d) => {
      const own = draws.filter((_, i) => i % 2 === d);
      const mean = own.reduce((total, one) => total + one, 0) / own.length;
      return [mean, own.reduce((total, one) => total + (one - mean) ** 2, 0) / own.length] as const;
    });
    expect(moments[0]![0]).toBeCloseTo(0, 1);
    expect(moments[0]![1]).toBeCloseTo(5, 0);
    expect(moments[1]![0]).toBeCloseTo(1, 1);
    expect(moments[1]![1]).toBeCloseTo(4, 0);
    expect(
      priorDraws(20_000, 2, 5, 0, prior).every((one, i) => Math.abs(one) === (i % 2 === 0 ? 2 : 1)),
    ).toBe(true);
  });
});

test("VampPrior begins at the first images, in turn, learns them, and is the mean of their posteriors", async () => {
  const vae = vaeWith("vamp");
  const data = makeData(4, 4);
  const job = await makeJob({ vae, data, batchSize: 4, epochs: 1, stepsPerCall: 1 });
  const events = await eventsOf(job);
  const [start] = eventsOfType(events, "start");
  const pseudo = start!.state.get("prior.pseudo_inputs");
  const pixels = new Uint8Array(4 * 20);
  data.train.images.read(Uint32Array.of(0, 1, 2, 3), pixels);
  const pictures = Array.from({ length: 6 }, (_, k) => pseudo.slice(k * 20, (k + 1) * 20));
  const nearest = (picture: Float32Array) =>
    [0, 1, 2, 3].map((i) => Math.max(...picture.map((one, p) => Math.abs(one - pixels[i * 20 + p]! / 255))));
  for (const picture of pictures) expect(Math.min(...nearest(picture))).toBeLessThan(0.0501);
  expect(Math.max(...pictures[4]!.map((one, p) => Math.abs(one - pictures[0]![p]!)))).toBeLessThan(0.11);
  const [end] = eventsOfType(events, "end");
  expect(end!.state.get("prior.pseudo_inputs")).not.toEqual(pseudo);

  const found = (await priorOf({ runtime: job.runtime, vae, state: end!.state }))!;
  expect(found.logWeights[3]).toBeCloseTo(-Math.log(6), 6);
  const context = new StateContext("infer");
  const images = input("images", [6, 5, 4, 1]);
  const posterior = vae.encode(context, images);
  const clipped = end!.state.get("prior.pseudo_inputs").map((one) => Math.min(1, Math.max(0, one)));
  const names = [...context.specs.values()];
  const encoded = interpret(
    { ...posterior },
    {
      images: value([6, 5, 4, 1], [...clipped]),
      ...Object.fromEntries(
        names.map(({ name, shape }) => [name, value([...shape], [...end!.state.get(name)])]),
      ),
    },
  );
  for (const [i, one] of found.mean.entries()) expect(encoded.mean!.data[i]).toBeCloseTo(one, 5);
  for (const [i, one] of found.logVariance.entries())
    expect(encoded.logVariance!.data[i]).toBeCloseTo(one, 5);
});

test("the usual prior has no components, and a conditional model no other", async () => {
  const runtime = await createRuntime({ threads: 1 });
  const vae = vaeWith("normal");
  expect(vae.hasStandardPrior).toBe(true);
  expect(await priorOf({ runtime, vae, state: undefined as never })).toBeUndefined();
  const parts = { architectures, likelihoods, priors, classes: ["a", "b"] };
  expect(() => createVae(model("vamp"), smallImage, parts)).toThrow(/model\.prior\.kind vamp .* conditional/);
});
