import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/base/safetensors.ts";
import { flatten, relu, reshape, serializeProgram, square as squared, tanh } from "../../src/graph/index.ts";
import { decoderProgram, encoderProgram, LatentModel, priorDraws } from "../../src/latent/index.ts";
import {
  architectures,
  createVae,
  type ImageShape,
  likelihoods,
  type ModelDescription,
  Vae,
} from "../../src/models/index.ts";
import { diagonalNormal, linear } from "../../src/nn/index.ts";
import { createRuntime } from "../../src/runtime/node.ts";
import { State } from "../../src/training/index.ts";
import { Halves } from "./halves.ts";

const square = (size: number, channels: 1 | 3) => ({ height: size, width: size, channels });

interface Described {
  readonly model: ModelDescription;
  readonly image: ImageShape;
  readonly classes?: readonly string[];
}

const described: readonly (readonly [string, Described])[] = [
  [
    "mlp",
    {
      model: {
        architecture: "mlp",
        latentDim: 5,
        likelihood: { kind: "bernoulli" },
        hidden: [16],
        activation: "relu",
        initialization: "pytorch",
      },
      image: square(28, 1),
    },
  ],
  [
    "conv28",
    {
      model: { architecture: "conv28", latentDim: 4, likelihood: { kind: "bernoulli" } },
      image: square(28, 1),
    },
  ],
  [
    "burgess",
    {
      model: { architecture: "burgess", latentDim: 3, likelihood: { kind: "continuousBernoulli" } },
      image: square(32, 3),
    },
  ],
  [
    "celeba",
    {
      model: { architecture: "celeba", latentDim: 3, likelihood: { kind: "gaussian", sigma: 0.1 } },
      image: square(64, 3),
    },
  ],
  [
    "conv of odd sizes, conditional",
    {
      model: { architecture: "conv", latentDim: 3, likelihood: { kind: "bernoulli" }, width: 8, hidden: 32 },
      image: { height: 19, width: 22, channels: 3 },
      classes: ["a", "b", "c"],
    },
  ],
];

/** A network that exists here and nowhere else: its decoder bends the latent before it mixes it. */
function ownVae(): Vae {
  const image = square(6, 1);
  const likelihood = likelihoods.find(({ name }) => name === "bernoulli")!;
  return new Vae(
    image,
    2,
    {
      output: "real",
      encode: (context, x) => diagonalNormal(context, "encoder", flatten(x), 2),
      decode(context, z) {
        const bent = relu(linear(context, "decoder.bend", squared(z), 7));
        const pixels = linear(context, "decoder.mix", tanh(bent), 36);
        return reshape(pixels, [z.shape[0]!, 1, 6, 6]);
      },
    },
    likelihood.create({ kind: "bernoulli" } as never, "real"),
    undefined,
  );
}

const cases: readonly (readonly [string, Vae])[] = [
  ...described.map(
    ([name, { model, image, classes }]) =>
      [name, createVae(model, image, { architectures, likelihoods, classes })] as const,
  ),
  ["an architecture that no registry has", ownVae()],
];

test.each(cases)("%s: the page's halves do what the run's do", async (_, vae) => {
  const [encoder, decoder] = [encoderProgram(vae), decoderProgram(vae)];
  const weights = [...encoder.weights, ...decoder.weights];
  const initial = State.initial(weights, 1);
  // First weights draw hardly more than grey: larger ones make pictures with black and white in them.
  const values = initial.specs.map(
    ({ name }) => [name, initial.get(name).map((value) => 2 * value)] as const,
  );
  const state = new State(initial.specs, new Map(values));
  const model = await LatentModel.create(await createRuntime({ threads: 1 }), vae, state);
  const count = 3;
  const latents = priorDraws(count, vae.latentDim, 1, 2);
  const labels = vae.classes && [0, 2, 1];
  const expected = await model.decode(latents, labels);
  const posteriors = await model.encode(expected, labels);
  await model.release();

  const tensors = Object.fromEntries(
    weights.map(({ name, shape }) => [name, { dtype: "F32", shape, data: state.get(name) } as const]),
  );
  const [written, drawing] = [encoder, decoder].map(({ program }) =>
    JSON.parse(JSON.stringify(serializeProgram(program))),
  );
  // By name: their order in the file means nothing.
  const reversed = Object.fromEntries(Object.entries(tensors).toReversed());
  const halves = new Halves(written, drawing, encodeSafetensors(reversed));
  const { height, width, channels } = vae.image;
  const size = expected.pixels.length / count;
  for (let i = 0; i < count; i++) {
    const latent = latents.slice(i * vae.latentDim, (i + 1) * vae.latentDim);
    const drawn = await halves.decode(latent, labels?.[i]);
    const wanted = expected.pixels.subarray(i * size, (i + 1) * size);
    expect(drawn.length).toBe(size);
    expect(Math.max(...drawn.map((value, at) => Math.abs(value - wanted[at]!)))).toBeLessThanOrEqual(1);
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeGreaterThan(15);
    const posterior = await halves.encode(wanted, [height, width, channels], labels?.[i]);
    for (const name of ["mean", "logVariance"] as const) {
      for (let d = 0; d < vae.latentDim; d++)
        expect(posterior[name][d]).toBeCloseTo(posteriors[name][i * vae.latentDim + d]!, 4);
    }
  }
  const [missing, ...others] = Object.keys(tensors);
  const incomplete = Object.fromEntries(others.map((name) => [name, tensors[name]!]));
  expect(() => new Halves(written, drawing, encodeSafetensors(incomplete))).toThrow(
    `the model's weight ${missing} is not in the page`,
  );
});

test("a program of another version is refused with the reason", () => {
  const program = { ...serializeProgram(decoderProgram(ownVae()).program), format: 2 as 1 };
  expect(() => new Halves(program, program, encodeSafetensors({}))).toThrow(
    "its format is 2, and this version of betalab reads 1",
  );
});
