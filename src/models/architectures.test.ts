/** The nets are exactly those that they are named after, and take exactly the images that they say. */

import { describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { makeVae, parameterCount, specsOf } from "../../test/helpers/models.ts";
import { input } from "../graph/index.ts";
import { StateContext } from "../nn/index.ts";
import { type Architecture, architectures, type ImageShape } from "./index.ts";

const grey = (height: number, width = height): ImageShape => ({ height, width, channels: 1 });
const rgb = (height: number, width = height): ImageShape => ({ height, width, channels: 3 });

describe("parameters", () => {
  test.each([
    // Counts that were published: PyTorch's examples/vae, Burgess 2018, and the seeds.
    ["784-400-20", "mlp", { hidden: [400] }, grey(28), 20, 652_824],
    ["784-400-50", "mlp", { hidden: [400] }, grey(28), 50, 688_884],
    ["784-400-400-20", "mlp", { hidden: [400, 400] }, grey(28), 20, 973_624],
    ["the notebook's net", "conv28", {}, grey(28), 16, 1_099_681],
    ["Burgess 64×64", "burgess", {}, grey(64), 10, 502_005],
    // One convolution less on each side: 2·(32·32·4·4 + 32) fewer.
    ["Burgess 32×32", "burgess", {}, grey(32), 10, 502_005 - 2 * 16_416],
  ])("%s: %s %j on %j, %i latents", (_, architecture, options, image, latentDim, expected) => {
    expect(parameterCount(makeVae({ architecture, options, image, latentDim }))).toBe(expected);
  });

  test("celeba, layer by layer as PyTorch-VAE's BetaVAE lists them", () => {
    const convolution = (into: number, out: number) => into * out * 9 + out;
    const batchNorm = (channels: number) => 2 * channels;
    const encoder =
      convolution(3, 32) +
      batchNorm(32) +
      convolution(32, 64) +
      batchNorm(64) +
      convolution(64, 128) +
      batchNorm(128) +
      convolution(128, 256) +
      batchNorm(256) +
      convolution(256, 512) +
      batchNorm(512);
    const heads = 2 * (512 * 2 * 2 * 128 + 128);
    const decoderInput = 128 * 512 * 4 + 512 * 4;
    const decoder =
      convolution(512, 256) +
      batchNorm(256) +
      convolution(256, 128) +
      batchNorm(128) +
      convolution(128, 64) +
      batchNorm(64) +
      convolution(64, 32) +
      batchNorm(32) +
      convolution(32, 32) +
      batchNorm(32) +
      convolution(32, 3);
    const expected = encoder + heads + decoderInput + decoder;
    expect(expected).toBe(3_937_635);
    const vae = makeVae({
      architecture: "celeba",
      image: rgb(64),
      latentDim: 128,
      likelihood: { kind: "gaussian" },
    });
    expect(parameterCount(vae)).toBe(expected);
    const buffers = specsOf(vae).filter(({ kind }) => kind === "buffer");
    expect(buffers).toHaveLength(2 * 10);
  });

  test("conv at 64×64×3: 32-64-128-256, fully connected 256, mirrored", () => {
    const convolution = (into: number, out: number) => into * out * 16 + out;
    const map = 256 * 4 * 4;
    const encoder =
      convolution(3, 32) +
      convolution(32, 64) +
      convolution(64, 128) +
      convolution(128, 256) +
      (map * 256 + 256) +
      2 * (256 * 32 + 32);
    const decoder =
      32 * 256 +
      256 +
      (256 * map + map) +
      convolution(256, 128) +
      convolution(128, 64) +
      convolution(64, 32) +
      convolution(32, 3);
    const vae = makeVae({ architecture: "conv", image: rgb(64), latentDim: 32 });
    expect(parameterCount(vae)).toBe(encoder + decoder);
  });

  test("residual at 32×32×3, 16-32 and attention: block by block", () => {
    const norm = (channels: number) => 2 * channels;
    const convolution = (into: number, out: number, kernel: number) => into * out * kernel ** 2 + out;
    const block = (channels: number) => 2 * (norm(channels) + convolution(channels, channels, 3));
    const attention = norm(32) + 4 * convolution(32, 32, 1);
    const map = 32 * 8 * 8;
    const encoder =
      convolution(3, 16, 4) +
      block(16) +
      convolution(16, 32, 4) +
      block(32) +
      attention +
      norm(32) +
      2 * (map * 5 + 5);
    const decoder =
      5 * map +
      map +
      block(32) +
      attention +
      convolution(32, 16, 3) +
      block(16) +
      convolution(16, 8, 3) +
      norm(8) +
      convolution(8, 3, 3);
    const options = { width: 16, attention: true };
    const vae = makeVae({ architecture: "residual", options, image: rgb(32), latentDim: 5 });
    expect(parameterCount(vae)).toBe(encoder + decoder);
    const names = specsOf(vae).map(({ name }) => name);
    expect(
      names.filter((name) => /level2\.(block1\.(norm|conv)1|attention\.query)\.weight/.test(name)),
    ).toEqual([
      "encoder.level2.block1.norm1.weight",
      "encoder.level2.block1.conv1.weight",
      "encoder.level2.attention.query.weight",
      "decoder.level2.block1.norm1.weight",
      "decoder.level2.block1.conv1.weight",
      "decoder.level2.attention.query.weight",
    ]);
  });

  test("have PyTorch's names and layouts", () => {
    const specs = specsOf(makeVae({ architecture: "conv28", image: grey(28), latentDim: 16 }));
    expect(specs.map(({ name, shape }) => `${name} [${shape}]`)).toEqual([
      "encoder.conv1.weight [64,1,3,3]",
      "encoder.conv1.bias [64]",
      "encoder.conv2.weight [256,64,3,3]",
      "encoder.conv2.bias [256]",
      "encoder.fc.weight [32,12544]",
      "encoder.fc.bias [32]",
      "decoder.fc.weight [6272,16]",
      "decoder.fc.bias [6272]",
      "decoder.conv1.weight [128,256,3,3]",
      "decoder.conv1.bias [256]",
      "decoder.conv2.weight [256,64,3,3]",
      "decoder.conv2.bias [64]",
      "decoder.conv3.weight [64,1,3,3]",
      "decoder.conv3.bias [1]",
    ]);
  });
});

describe("any size", () => {
  const sizes = [grey(28), grey(45, 31), rgb(64, 96), grey(8), rgb(9, 8), grey(15, 64)];
  test.each(sizes.flatMap((image) => ["conv", "mlp"].map((name) => [name, image] as const)))(
    "%s gives pictures of %j back in that size, whatever the batch",
    (architecture, image) => {
      const vae = makeVae({ architecture, image, latentDim: 3 });
      const { height, width, channels } = image;
      const context = new StateContext("infer");
      const images = input("image", ["batch", height, width, channels]);
      const { mean, logVariance } = vae.encode(context, images);
      expect([mean.shape, logVariance.shape]).toEqual([
        ["batch", 3],
        ["batch", 3],
      ]);
      expect(vae.decode(context, mean).shape).toEqual(["batch", height, width, channels]);
    },
  );

  test("conv halves until the shorter side is 4 to 7 and doubles its channels up to eightfold", () => {
    const kernels = (image: ImageShape) =>
      specsOf(makeVae({ architecture: "conv", options: { width: 4 }, image, latentDim: 2 }))
        .filter(({ name }) => /^encoder\.(conv\d|fc)\.weight/.test(name))
        .map(({ shape }) => shape.join("×"));
    expect(kernels(grey(8))).toEqual(["4×1×4×4", "256×64"]);
    expect(kernels(grey(28))).toEqual(["4×1×4×4", "8×4×4×4", `256×${8 * 7 * 7}`]);
    expect(kernels(grey(45, 31))).toEqual(["4×1×4×4", "8×4×4×4", `256×${8 * 11 * 7}`]);
    expect(kernels(rgb(128)).slice(3)).toEqual(["32×16×4×4", "32×32×4×4", `256×${32 * 4 * 4}`]);
  });
});

describe("residual", () => {
  const maps = (image: ImageShape, options: Record<string, unknown> = {}) =>
    specsOf(makeVae({ architecture: "residual", options, image, latentDim: 2 }))
      .filter(({ name }) => /^encoder\.(level\d\.down|mean)\.weight/.test(name))
      .map(({ shape }) => (shape.length === 2 ? shape[1] : shape[0]));

  test("has width and depth by the picture's size: the shorter side is halved to 8 or less", () => {
    expect(maps(rgb(256))).toEqual([32, 64, 128, 256, 256, 256 * 8 * 8]);
    expect(maps(rgb(128, 192))).toEqual([32, 64, 128, 256, 256 * 8 * 12]);
    expect(maps(rgb(64))).toEqual([64, 128, 256, 256 * 8 * 8]);
    expect(maps(grey(28))).toEqual([64, 128, 128 * 7 * 7]);
    // 50 and 100 halve evenly once alone.
    expect(maps({ height: 50, width: 100, channels: 7 })).toEqual([64, 64 * 25 * 50]);
    expect(maps(rgb(256), { width: 16, depth: 6 })).toEqual([16, 32, 64, 128, 128, 128, 128 * 4 * 4]);
  });

  test.each([grey(28), rgb(48, 80), { height: 16, width: 8, channels: 4 }])(
    "gives pictures of %j back in that size, whatever the batch, with attention",
    (image) => {
      const options = { attention: true, blocks: 2, width: 16 };
      const vae = makeVae({ architecture: "residual", options, image, latentDim: 3 });
      const { height, width, channels } = image;
      const context = new StateContext("infer");
      const images = input("image", ["batch", height, width, channels]);
      const { mean } = vae.encode(context, images);
      expect(mean.shape).toEqual(["batch", 3]);
      expect(vae.decode(context, mean).shape).toEqual(["batch", height, width, channels]);
    },
  );

  test("a side that does not halve: the error names the multiple and the nearest sizes", async () => {
    const make = (image: ImageShape, options = {}) =>
      failure("config", () => makeVae({ architecture: "residual", options, image, latentDim: 2 }));
    const odd = await make(rgb(27));
    expect(odd.message).toBe(
      "model.architecture residual of depth 1 takes images whose sides are multiples of 2, not 27×27×3",
    );
    expect(odd.hint).toBe('set data.size to 28, or use "conv", which takes any size');
    const deep = await make(rgb(100, 60), { depth: 4 });
    expect(deep.message).toContain("multiples of 16, not 100×60×3");
    expect(deep.hint).toMatch(/^set model\.depth to 2, or set data\.size to 96×64, or/);
  });
});

describe("a size that it can't take", () => {
  const named: Readonly<Record<string, Architecture>> = Object.fromEntries(
    architectures.map((one) => [one.name, one]),
  );
  test.each([
    ["conv28", grey(32), "28×28", "32×32×1"],
    ["conv28", grey(28, 30), "28×28", "28×30×1"],
    ["burgess", grey(28), "32×32 or 64×64", "28×28×1"],
    ["burgess", rgb(64, 32), "32×32 or 64×64", "64×32×3"],
    ["celeba", rgb(128), "64×64", "128×128×3"],
    ["conv", grey(7, 28), "at least 8×8", "7×28×1"],
  ])("%s on %j: the error names both sizes and a remedy", async (name, image, takes, given) => {
    const { message, hint } = await failure("config", () => named[name]!.create({}, image, 10));
    expect(message).toContain(`model.architecture ${name} takes images of ${takes}, not ${given}`);
    expect(hint).toMatch(/use "(conv|mlp)"/);
  });

  test("a net that squashes its output has no logits for a Bernoulli", async () => {
    const error = await failure("config", () =>
      makeVae({ architecture: "celeba", image: rgb(64), latentDim: 4 }),
    );
    expect(error.hint).toBe("use model.likelihood gaussian");
  });
});
