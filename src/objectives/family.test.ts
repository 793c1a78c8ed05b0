/** What each objective computes, in numbers: against formulas written out here in plain arithmetic. */

import { describe, expect, it } from "vitest";
import { forward, LATENT, makeObjective, numbers, smallVae } from "../../test/helpers/objectives.ts";
import { BetalabError } from "../base/errors.ts";
import { constant, gradients, input, type Tensor, type Value } from "../graph/index.ts";
import { StateContext } from "../nn/index.ts";
import { dipPenalties } from "./dip.ts";
import type { ParameterGroup } from "./index.ts";
import { maximumMeanDiscrepancy } from "./mmd.ts";

const scalarOf = (value: number): Value => ({ dtype: "float32", shape: [], data: Float32Array.of(value) });

/** All terms of one forward pass, with some of what it is fed replaced. */
function termsOf(kind: string, options: Record<string, unknown> = {}, replaced: Record<string, Value> = {}) {
  const { terms, context, feeds } = forward(makeObjective(kind, options));
  const updates = Object.fromEntries([...context.updates].map(([name, tensor]) => [`next:${name}`, tensor]));
  return numbers<string>({ ...terms, ...updates }, { ...feeds, ...replaced });
}

it("capacity: γ·|KL − C|, of the batch's mean KL", () => {
  for (const capacity of [0, 100]) {
    const { loss, reconstruction, kl } = termsOf("capacity", { gamma: 3, capacity });
    expect(loss![0]).toBeCloseTo(reconstruction![0]! + 3 * Math.abs(kl![0]! - capacity), 3);
  }
});

it("freeBits: each latent costs at least λ", () => {
  const { loss, reconstruction, klPerDimension } = termsOf("freeBits", { lambda: 0.05 });
  const cost = klPerDimension!.reduce((total, one) => total + Math.max(0.05, one), 0);
  expect(loss![0]).toBeCloseTo(reconstruction![0]! + cost, 5);
  expect(klPerDimension!.some((one) => one > 0.05)).toBe(true);
});

describe("softFreeBits", () => {
  const start = [0.5, 0.97, 0.2];
  const buffer: Value = { dtype: "float32", shape: [3], data: Float32Array.from(start) };
  const klPerDimension = termsOf("vae").klPerDimension!;

  it("lowers, keeps and raises each weight by its KL, clamps to 1, and weighs this very step", () => {
    const middle = [...klPerDimension].sort((a, b) => a - b)[1]!;
    const { loss, reconstruction, gamma, ...rest } = termsOf(
      "softFreeBits",
      { lambda: middle, tolerance: 0.001 },
      { "objective.gamma": buffer },
    );
    const expected = start.map((weight, d) => {
      const factor = klPerDimension[d]! < middle ? 0.9 : klPerDimension[d]! > middle ? 1.1 : 1;
      return Math.min(1, weight * factor);
    });
    expected.forEach((weight, d) => {
      expect(gamma![d]).toBeCloseTo(weight, 6);
    });
    expect(rest["next:objective.gamma"]).toEqual(gamma);
    const cost = klPerDimension.reduce((total, one, d) => total + expected[d]! * one, 0);
    expect(loss![0]).toBeCloseTo(reconstruction![0]! + cost, 5);
  });

  it("raises every weight by a tenth where all latents carry more than λ", () => {
    const { gamma } = termsOf("softFreeBits", { lambda: 1e-9 }, { "objective.gamma": buffer });
    [0.55, 1, 0.22].forEach((weight, d) => {
      expect(gamma![d]).toBeCloseTo(weight, 6);
    });
  });

  it("a weight that fell for a thousand steps can rise again", () => {
    let gamma = Float32Array.of(0.5, 0.5, 0.5);
    const go = (lambda: number) => {
      const buffer: Value = { dtype: "float32", shape: [3], data: gamma };
      gamma = Float32Array.from(termsOf("softFreeBits", { lambda }, { "objective.gamma": buffer }).gamma!);
    };
    for (let step = 0; step < 1100; step++) go(1e6);
    const lowest = gamma[0]!;
    expect(lowest).toBeGreaterThan(0);
    for (let step = 0; step < 10; step++) go(1e-9);
    expect(gamma[0]! / lowest).toBeCloseTo(1.1 ** 10, 4);
  });

  it("starts at random weights from the seed", () => {
    const { feeds } = forward(makeObjective("softFreeBits"));
    const first = Array.from(feeds["objective.gamma"]!.data as Float32Array);
    expect(new Set(first).size).toBe(3);
    expect(first.every((weight) => weight >= 0 && weight < 1)).toBe(true);
  });
});

describe("klTarget", () => {
  const kl = termsOf("vae").kl![0]!;

  it("β = K_p·logistic(KL − target) + the integral, which grows by K_i·(KL − target)", () => {
    const target = kl / 2;
    const options = { target, proportional: 0.5, integral: 0.1, minimum: 0.25 };
    const { beta, loss, reconstruction, ...rest } = termsOf("klTarget", options, {
      "objective.integral": scalarOf(2),
    });
    const integral = 2 + 0.1 * (kl - target);
    expect(rest["next:objective.integral"]![0]).toBeCloseTo(integral, 5);
    expect(beta![0]).toBeCloseTo(0.5 / (1 + Math.exp(target - kl)) + integral + 0.25, 5);
    expect(loss![0]).toBeCloseTo(reconstruction![0]! + beta![0]! * kl, 4);
  });

  it("keeps β and the integral within bounds", () => {
    const low = termsOf("klTarget", { target: 1000, integral: 1 });
    expect(low["next:objective.integral"]).toEqual([0]);
    const high = termsOf("klTarget", { target: 1e-3, integral: 1e6, maximum: 7 });
    expect(high["next:objective.integral"]).toEqual([7]);
    expect(high.beta).toEqual([7]);
  });

  it("refuses bounds that leave nothing between them, naming the key", () => {
    expect(() => makeObjective("klTarget", { minimum: 2, maximum: 1 })).toThrow(BetalabError);
    expect(() => makeObjective("klTarget", { minimum: 2, maximum: 1 })).toThrow(/objective\.maximum is 1/);
  });
});

describe("dip: disentanglement_lib's anchors at λ = 1", () => {
  const penalty = (matrix: Float32Array) => {
    const { off, on } = dipPenalties(constant(matrix, [10, 10]));
    const found = numbers({ off, on }, {});
    return found.off[0]! + found.on[0]!;
  };
  const identity = (value: number) =>
    Float32Array.from({ length: 100 }, (_, i) => (i % 11 === 0 ? value : 0));
  it.each([
    ["ones", new Float32Array(100).fill(1), 90],
    ["zeros", new Float32Array(100), 10],
    ["I", identity(1), 0],
    ["2I", identity(2), 10],
  ])("%s", (_, matrix, expected) => {
    expect(penalty(matrix)).toBeCloseTo(expected, 5);
  });
});

describe("mmd", () => {
  const points = (...values: number[]) => constant(Float32Array.from(values), [values.length, 1]);
  const of = (a: number[], b: number[], kernel: "imq" | "rbf", scales = [1]) =>
    numbers({ y: maximumMeanDiscrepancy(points(...a), points(...b), kernel, scales) }, {}).y[0]!;

  it("is the unbiased estimate, written out for two points against two", () => {
    // One latent: C = 2. Within: d² = 1 twice and 4 twice; across: 0, 4, 1, 1.
    const imq = (d: number) => 2 / (2 + d);
    const rbf = (d: number) => Math.exp(-d / 2);
    for (const [name, k] of [
      ["imq", imq],
      ["rbf", rbf],
    ] as const) {
      const expected = k(1) + k(4) - (2 * (k(0) + k(4) + k(1) + k(1))) / 4;
      expect(of([0, 1], [0, 2], name)).toBeCloseTo(expected, 6);
    }
  });

  it("sums its scales", () => {
    const [a, b] = [
      [0, 1, 3],
      [2, 2.5, -1],
    ] as [number[], number[]];
    expect(of(a, b, "imq", [0.5, 2])).toBeCloseTo(of(a, b, "imq", [0.5]) + of(a, b, "imq", [2]), 6);
  });

  it("InfoVAE with α = 0 and λ = 1 is −ELBO; WAE has no KL", () => {
    const info = termsOf("mmd", { alpha: 0, lambda: 1 });
    expect(info.loss![0]).toBeCloseTo(info.negativeElbo![0]!, 5);
    const half = termsOf("mmd", { alpha: 0.5, lambda: 3 });
    expect(half.loss![0]).toBeCloseTo(half.reconstruction![0]! + 0.5 * half.kl![0]! + 2.5 * half.mmd![0]!, 5);
    const wae = termsOf("mmd", { variant: "wae", lambda: 3 });
    expect(wae.loss![0]).toBeCloseTo(wae.reconstruction![0]! + 3 * wae.mmd![0]!, 5);
  });
});

it("iwae: −ln of the mean weight p(x, z)/q(z|x), as a loop over single draws computes it", () => {
  const [samples, batchSize] = [3, 4];
  const objective = makeObjective("iwae", { samples });
  const vae = smallVae(objective);
  const { terms, feeds } = forward(objective, { vae, batchSize });
  const noise = feeds.noise!.data as Float32Array;
  const size = batchSize * LATENT;
  // Draw s of all images is rows s·batch … (s + 1)·batch of the noise.
  const logWeights = Array.from({ length: samples }, (_, s) => {
    const context = new StateContext("train");
    const pixels = input("pixels", feeds.pixels!.shape, "uint8");
    const one = vae.infer(context, vae.scale(pixels), input("noise", [batchSize, LATENT]));
    const { mean, logVariance } = one.posterior;
    const found = numbers(
      { mean, logVariance, z: one.z, reconstruction: one.reconstruction },
      {
        ...feeds,
        noise: { dtype: "float32", shape: [batchSize, LATENT], data: noise.slice(s * size, (s + 1) * size) },
      },
    );
    return Array.from({ length: batchSize }, (_, i) => {
      const divergence = Array.from({ length: LATENT }, (_, d) => {
        const at = i * LATENT + d;
        const [mu, ln, z] = [found.mean[at]!, found.logVariance[at]!, found.z[at]!];
        return 0.5 * (z * z - ln - (z - mu) ** 2 / Math.exp(ln));
      }).reduce((a, b) => a + b);
      return -found.reconstruction[i]! - divergence;
    });
  });
  const bounds = Array.from({ length: batchSize }, (_, i) =>
    Math.log(logWeights.reduce((total, one) => total + Math.exp(one[i]!), 0) / samples),
  );
  const expected = -bounds.reduce((a, b) => a + b) / batchSize;
  expect(numbers({ loss: terms.loss! }, feeds).loss[0]).toBeCloseTo(expected, 4);
  // Mixed up among the images the weights would give another number.
  const mixed = Array.from({ length: batchSize }, (_, i) =>
    Math.log(logWeights.reduce((total, one, s) => total + Math.exp(one[(i + s) % batchSize]!), 0) / samples),
  );
  expect(Math.abs(mixed.reduce((a, b) => a + b) / -batchSize - expected)).toBeGreaterThan(1e-3);
});

it("iwae: at k = 1 the one-sample −ELBO with the drawn KL; larger k, smaller bound", () => {
  // The same images and weights: Jensen's gap can only shrink in expectation, and does here.
  const losses = [1, 5, 50].map((samples) => termsOf("iwae", { samples }).loss![0]!);
  expect(losses[1]!).toBeLessThan(losses[0]!);
  expect(losses[2]!).toBeLessThan(losses[0]!);
  const one = termsOf("tc", { alpha: 1, beta: 1, gamma: 1 });
  expect(losses[0]).toBeCloseTo(one.loss![0]!, 4);
});

describe("factor", () => {
  const options = { layers: 2, width: 6, gamma: 5 };

  it("the discriminator's loss has no parameter of the model among those that minimise it, and the reverse", () => {
    const built = makeObjective("factor", options);
    const { result, context, feeds } = forward(built);
    const [{ name: group }] = built.groups! as [ParameterGroup];
    const own = [...context.specs.values()].filter(({ part }) => part === group).map(({ name }) => name);
    expect(own).toEqual(
      [1, 2]
        .flatMap((i) => [`discriminator.fc${i}.weight`, `discriminator.fc${i}.bias`])
        .concat(["discriminator.output.weight", "discriminator.output.bias"]),
    );
    // There is something to leak: the discriminator's loss does depend on the encoder.
    const encoder = context.tensors().get("encoder.fc1.weight")!;
    const [leak] = gradients(result.losses!.discriminator!, [encoder]);
    expect(numbers({ leak: leak! }, feeds).leak.some((value) => value !== 0)).toBe(true);
  });

  it("the loss is −ELBO + γ·mean log odds; the discriminator's is the cross-entropy of both halves", () => {
    const found = termsOf("factor", options);
    expect(found.loss![0]).toBeCloseTo(found.negativeElbo![0]! + 5 * found.totalCorrelation![0]!, 4);
    expect(found.totalCorrelation![0]).not.toBeCloseTo(0, 3);
    // Untrained, it can't tell: about ln 2.
    expect(found.discriminatorLoss![0]).toBeCloseTo(Math.LN2, 1);
  });
});

it("factor: the discriminator's odds, layer by layer in plain arithmetic", () => {
  const [batch, layers, slope] = [4, 2, 0.2];
  const { terms, result, feeds } = forward(makeObjective("factor", { layers, width: 6 }));
  const of = (name: string) => feeds[`discriminator.${name}`]! as Value<"float32">;
  const layer = (name: string, x: number[]) => {
    const { data, shape } = of(`${name}.weight`);
    return Array.from({ length: shape[0]! }, (_, row) =>
      x.reduce((total, one, i) => total + one * data[row * x.length + i]!, of(`${name}.bias`).data[row]!),
    );
  };
  const odds = (z: number[]) => {
    let h = z;
    for (let i = 1; i <= layers; i++) h = layer(`fc${i}`, h).map((one) => (one < 0 ? slope * one : one));
    const [joint, apart] = layer("output", h) as [number, number];
    return joint - apart;
  };
  const { z } = numbers({ z: latents(feeds) }, feeds);
  const order = feeds["random:shuffle"]!.data;
  const rows = Array.from({ length: batch }, (_, i) => z.slice(i * LATENT, (i + 1) * LATENT));
  const shuffled = rows.map((row, i) => row.map((_, d) => z[Number(order[i * LATENT + d]) * LATENT + d]!));
  const average = (values: number[]) => values.reduce((a, b) => a + b) / batch;
  const softplus = (x: number) => Math.log1p(Math.exp(x));
  const found = numbers({ tc: terms.totalCorrelation!, discriminator: result.losses!.discriminator! }, feeds);
  expect(found.tc[0]).toBeCloseTo(average(rows.map(odds)), 6);
  expect(found.discriminator[0]).toBeCloseTo(
    (average(rows.map((row) => softplus(-odds(row)))) + average(shuffled.map((row) => softplus(odds(row))))) /
      2,
    6,
  );
});

/** The latents of the small model's images, drawn with the noise that is fed. */
function latents(feeds: Readonly<Record<string, Value>>): Tensor {
  const vae = smallVae(makeObjective("vae"));
  const pixels = input("pixels", feeds.pixels!.shape, "uint8");
  return vae.infer(new StateContext("train"), vae.scale(pixels), input("noise", feeds.noise!.shape)).z;
}

it("dip: the covariance of the means, and for II the mean variances on its diagonal", () => {
  for (const variant of ["i", "ii"]) {
    const { terms, feeds } = forward(makeObjective("dip", { variant, offDiagonal: 2, diagonal: 3 }));
    const vae = smallVae(makeObjective("vae"));
    const pixels = input("pixels", feeds.pixels!.shape, "uint8");
    const { mean, logVariance } = vae.infer(
      new StateContext("train"),
      vae.scale(pixels),
      input("noise", feeds.noise!.shape),
    ).posterior;
    const found = numbers({ ...terms, mean, logVariance } as Record<string, Tensor>, feeds);
    const column = (values: number[], d: number) => values.filter((_, i) => i % LATENT === d);
    const average = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    let [off, on] = [0, 0];
    for (let a = 0; a < LATENT; a++) {
      for (let b = 0; b < LATENT; b++) {
        const [one, other] = [column(found.mean!, a), column(found.mean!, b)];
        const covariance = average(one.map((x, i) => x * other[i]!)) - average(one) * average(other);
        if (a !== b) off += covariance ** 2;
        else {
          const own = variant === "ii" ? average(column(found.logVariance!, a).map(Math.exp)) : 0;
          on += (covariance + own - 1) ** 2;
        }
      }
    }
    expect(found.covariance![0]! / off).toBeCloseTo(1, 3);
    expect(found.variance![0]).toBeCloseTo(on, 4);
    expect(found.loss![0]).toBeCloseTo(found.negativeElbo![0]! + 2 * off + 3 * on, 3);
  }
});

it("conditional: the label changes both the posterior and the picture", () => {
  const swapped: Value = { dtype: "float32", shape: [4, 2], data: Float32Array.of(0, 1, 1, 0, 0, 1, 1, 0) };
  const [one, other] = [termsOf("conditional"), termsOf("conditional", {}, { label: swapped })];
  expect(one.kl![0]).not.toBeCloseTo(other.kl![0]!, 5);
  expect(one.reconstruction![0]).not.toBeCloseTo(other.reconstruction![0]!, 5);
});
