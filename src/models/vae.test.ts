/**
 * Whole models: the gradient of their −ELBO against finite differences, and ONNX Runtime against the interpreter
 * for the encoder, the decoder and the terms.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { expectGradients } from "../../test/helpers/gradients.ts";
import { initialFeeds, type ModelOptions, makeVae, noisePixels } from "../../test/helpers/models.ts";
import { fillNormal } from "../base/random.ts";
import { add, input, interpret, type Program, sum, type Value } from "../graph/index.ts";
import { decoderProgram, encoderProgram } from "../latent/index.ts";
import { StateContext } from "../nn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { evaluationProgram } from "../training/index.ts";

function normal(shape: readonly number[], stream: string): Value<"float32"> {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  fillNormal(data, { seed: 5, stream });
  return { dtype: "float32", shape, data };
}

describe("the gradient of −ELBO is that of finite differences", () => {
  const mlp = {
    architecture: "mlp",
    options: { hidden: [6, 4] },
    image: { height: 4, width: 3, channels: 1 },
    latentDim: 2,
  };
  const conv = {
    architecture: "conv",
    options: { width: 2, hidden: 4 },
    image: { height: 9, width: 8, channels: 3 },
    latentDim: 2,
  };
  const gaussian = { kind: "gaussian", sigma: 0.5 };
  const models: [string, ModelOptions][] = [
    ["mlp, Bernoulli", mlp],
    ["mlp, Gaussian", { ...mlp, likelihood: gaussian }],
    ["conv 9×8×3, Bernoulli", conv],
    ["conv 9×8×3, Gaussian", { ...conv, likelihood: gaussian }],
  ];
  test.each(models)("%s", (_, options) => {
    const vae = makeVae(options);
    const { height, width, channels } = options.image;
    const context = new StateContext("train");
    const pixels = input("pixels", [2, height, width, channels], "uint8");
    const noise = input("noise", [2, 2]);
    const { reconstruction, klPerDimension } = vae.infer(context, vae.scale(pixels), noise);
    const loss = add(sum(reconstruction), sum(klPerDimension));
    const feeds = {
      ...initialFeeds([...context.specs.values()], 2),
      pixels: noisePixels(2, options.image),
      noise: normal([2, 2], "noise"),
    };
    expectGradients(loss, [reconstruction, klPerDimension], [...context.tensors().values()], feeds);
  });
});

describe("ONNX Runtime computes what the interpreter says", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 1 });
  });

  const square = (size: number, channels: number) => ({ height: size, width: size, channels });
  const models: [string, ModelOptions][] = [
    ["mlp", { architecture: "mlp", options: { hidden: [40, 30] }, image: square(28, 1), latentDim: 5 }],
    ["conv28", { architecture: "conv28", image: square(28, 1), latentDim: 4 }],
    ["burgess 32", { architecture: "burgess", image: square(32, 1), latentDim: 10 }],
    [
      "conv 45×31×3",
      {
        architecture: "conv",
        options: { width: 8, hidden: 32 },
        image: { height: 45, width: 31, channels: 3 },
        latentDim: 6,
        likelihood: { kind: "gaussian", sigma: 0.1 },
      },
    ],
    [
      "celeba",
      {
        architecture: "celeba",
        image: square(64, 3),
        latentDim: 8,
        likelihood: { kind: "gaussian", sigma: 0.5 },
      },
    ],
  ];

  async function expectAgreement(program: Program, feeds: Readonly<Record<string, Value>>): Promise<void> {
    const session = await runtime.compile(program);
    const actual = await session.run(feeds);
    await session.release();
    const expected = interpret(program.outputs, feeds);
    for (const [name, { shape, data }] of Object.entries(expected)) {
      expect(actual[name]!.shape, name).toEqual(shape);
      const values = actual[name]!.data as Float32Array;
      const scale = Math.max(1, ...(data as Float32Array).map(Math.abs));
      const worst = (data as Float32Array).reduce(
        (most, value, i) => Math.max(most, Math.abs(values[i]! - value) / scale),
        0,
      );
      expect(worst, `${program.name} ${name}`).toBeLessThan(2e-5);
    }
  }

  test.each(models)("%s: encoder, decoder, and every term of the ELBO", async (_, options) => {
    const vae = makeVae(options);
    const { image, latentDim } = options;
    const count = image.height > 32 || options.architecture === "conv28" ? 1 : 2;
    const pixels = noisePixels(count, image);
    const encoder = encoderProgram(vae);
    const decoder = decoderProgram(vae);
    const weights = initialFeeds([...encoder.weights, ...decoder.weights]);
    const fed: Value = { ...pixels, dtype: "float32", data: Float32Array.from(pixels.data, (x) => x / 255) };
    await expectAgreement(encoder.program, { ...weights, image: fed });
    await expectAgreement(decoder.program, { ...weights, latent: normal([count, latentDim], "latent") });
    const evaluation = evaluationProgram(vae);
    await expectAgreement(evaluation, { ...weights, pixels, noise: normal([count, latentDim], "noise") });
  });

  test("pixels are scaled to [0, 1], and a decoder's pictures lie there", async () => {
    const vae = makeVae({
      architecture: "celeba",
      image: square(64, 3),
      latentDim: 2,
      likelihood: { kind: "gaussian" },
    });
    const pixels = input("pixels", [1, 1, 1, 3], "uint8");
    const bytes: Value = { dtype: "uint8", shape: [1, 1, 1, 3], data: Uint8Array.of(0, 51, 255) };
    const { y } = interpret({ y: vae.scale(pixels) }, { pixels: bytes });
    expect([...(y.data as Float32Array)]).toEqual([0, expect.closeTo(0.2, 7), 1]);
    const { program, weights } = decoderProgram(vae);
    const { image } = interpret(program.outputs, {
      ...initialFeeds(weights),
      latent: normal([1, 2], "latent"),
    });
    const data = image!.data as Float32Array;
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
  });
});

test("colour images keep their channels apart: [batch, height, width, channel] in and out", () => {
  // A net that is the identity on pixels shows which layout reaches it.
  const image = { height: 2, width: 1, channels: 3 };
  const vae = makeVae({ architecture: "mlp", options: { hidden: [6] }, image, latentDim: 6 });
  const context = new StateContext("infer");
  const images = input("image", [1, 2, 1, 3]);
  const { mean } = vae.encode(context, images);
  const identity = Float32Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? 1 : 0));
  const feeds = Object.fromEntries(
    [...context.specs.values()].map(({ name, shape }): [string, Value] => [
      name,
      { dtype: "float32", shape, data: shape.length === 2 ? identity : new Float32Array(6) },
    ]),
  );
  const data = Float32Array.of(1, 2, 3, 4, 5, 6); // upper pixel RGB, lower pixel RGB
  const { y } = interpret({ y: mean }, { ...feeds, image: { dtype: "float32", shape: [1, 2, 1, 3], data } });
  expect([...(y.data as Float32Array)]).toEqual([1, 4, 2, 5, 3, 6]); // red plane, green plane, blue plane
});
