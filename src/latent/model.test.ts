import { describe, expect, it } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { makeVae } from "../../test/helpers/models.ts";
import { digits, takeImages } from "../data/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { State } from "../training/index.ts";
import { LatentModel } from "./model.ts";
import { decoderProgram, encoderProgram, weighingProgram } from "./programs.ts";
import { decoderWeightNorms } from "./usage.ts";

/** An untrained 784-16-3 net, conditional on two classes or not. */
async function model(classes?: readonly string[]) {
  const image = { height: 28, width: 28, channels: 1 };
  const vae = makeVae({ architecture: "mlp", options: { hidden: [16] }, image, latentDim: 3, classes });
  const programs = [encoderProgram(vae), decoderProgram(vae), weighingProgram(vae)];
  const specs = new Map(programs.flatMap(({ weights }) => weights.map((spec) => [spec.name, spec] as const)));
  const state = State.initial([...specs.values()], 1);
  return { vae, state, latent: await LatentModel.create(await createRuntime({ threads: 1 }), vae, state) };
}

const images = takeImages(
  digits({ count: 300 }).images,
  Array.from({ length: 300 }, (_, i) => i),
);

describe("LatentModel", () => {
  it("decodes, encodes and weighs in chunks as it does one by one", async () => {
    const { latent } = await model();
    const { mean } = await latent.encode(images);
    const one = await latent.encode(takeImages(digits({ count: 300 }).images, [280]));
    expect([...one.mean]).toEqual(
      [...mean.subarray(280 * 3, 281 * 3)].map((value) => expect.closeTo(value, 5)),
    );
    const decoded = await latent.decode(mean);
    expect(decoded.count).toBe(300);
    const nats = await latent.weigh(images, mean);
    // By hand: the cross-entropy between the pixels and what was decoded, which is rounded to 1/255.
    const at = 280 * 784;
    let sum = 0;
    for (let i = at; i < at + 784; i++) {
      const [x, p] = [images.pixels[i]! / 255, decoded.pixels[i]! / 255];
      sum -= x * Math.log(p) + (1 - x) * Math.log(1 - p);
    }
    expect(nats[280]! / sum).toBeCloseTo(1, 2);
    await latent.release();
  });

  it("says that it was released to whoever uses it then, and may be released twice", async () => {
    const { latent, state } = await model();
    const sibling = latent.with(state);
    await latent.release();
    await latent.release();
    const z = new Float32Array(3);
    const uses = [
      () => latent.decode(z),
      () => latent.encode(images),
      () => latent.weigh(images, z),
      () => sibling.decode(z),
    ];
    for (const use of uses) {
      const { message, hint } = await failure("usage", use);
      expect(message).toBe("the model was released: what it computed with is gone");
      expect(hint).toContain("call release() after the last use");
    }
  });

  it("gives the class of every image to a conditional model, and asks for it", async () => {
    const { latent, vae, state } = await model(["odd", "even"]);
    const z = new Float32Array(6);
    const [first, second] = [await latent.decode(z, [0, 1]), await latent.decode(z, [1, 0])];
    const half = (pixels: Uint8Array, i: number): number[] => [...pixels.subarray(i * 784, (i + 1) * 784)];
    expect(half(first.pixels, 0)).toEqual(half(second.pixels, 1));
    expect(half(first.pixels, 0)).not.toEqual(half(first.pixels, 1));
    const error = await failure("data", () => latent.decode(z));
    expect([error.message, error.hint]).toEqual([
      "the model is conditional, but these images have no labels",
      "it needs the class of every image, one of: odd, even",
    ]);
    expect((await latent.reconstruct(images, new Array(300).fill(1))).count).toBe(300);
    const problem = async (code: "data" | "shape", use: () => unknown) => (await failure(code, use)).message;
    expect(await problem("data", () => latent.decode(z, [0, 2]))).toBe("there is no class with the index 2");
    expect(await problem("data", () => latent.decode(z, -1))).toBe("there is no class with the index -1");
    expect(await problem("shape", () => latent.decode(z, [1]))).toBe("classes has 1 value for 2 images");
    expect(await problem("shape", () => latent.encode(images, [1]))).toBe(
      "classes has 1 value for 300 images",
    );
    expect(decoderWeightNorms(vae, state)?.norms.length).toBe(3);
    await latent.release();
  });
});

it("the decoder's first weights have a norm for each latent", async () => {
  const { vae, state, latent } = await model();
  const { name, norms } = decoderWeightNorms(vae, state)!;
  const weights = state.get("decoder.fc1.weight");
  expect(name).toBe("decoder.fc1.weight");
  norms.forEach((norm, d) => {
    const column = Array.from({ length: 16 }, (_, row) => weights[row * 3 + d]!);
    expect(norm).toBeCloseTo(Math.hypot(...column), 6);
  });
  await latent.release();
});
