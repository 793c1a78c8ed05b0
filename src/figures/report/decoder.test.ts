import { expect, test } from "vitest";
import { decoderProgram, encoderProgram, LatentModel, priorDraws } from "../../latent/index.ts";
import { architectures, createVae, likelihoods } from "../../models/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import { State } from "../../training/index.ts";
import { PageDecoder } from "./decoder.ts";
import type { LiveModel } from "./live.ts";

const square = (size: number, channels: 1 | 3) => ({ height: size, width: size, channels });

/** Name, and what the page is told. */
const cases: readonly (readonly [string, LiveModel])[] = [
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

test.each(cases)("%s: the page's decoder draws what the run's does", async (_, live) => {
  const vae = createVae(live.model, live.image, { architectures, likelihoods, classes: live.classes });
  const { weights } = decoderProgram(vae);
  const initial = State.initial([...encoderProgram(vae).weights, ...weights], 1);
  // First weights draw hardly more than grey: larger ones make pictures with black and white in them.
  const values = initial.specs.map(
    ({ name }) => [name, initial.get(name).map((value) => 2 * value)] as const,
  );
  const state = new State(initial.specs, new Map(values));
  const model = await LatentModel.create(await createRuntime({ threads: 1 }), vae, state);
  const count = 3;
  const latents = priorDraws(count, vae.latentDim, 1, 2);
  const labels = live.classes && [0, 2, 1];
  const expected = await model.decode(latents, labels);
  await model.release();

  const flat = Float32Array.from(weights.flatMap(({ name }) => [...state.get(name)]));
  const decoder = new PageDecoder(live, flat);
  const size = expected.pixels.length / count;
  for (let i = 0; i < count; i++) {
    const latent = latents.slice(i * vae.latentDim, (i + 1) * vae.latentDim);
    const drawn = decoder.decode(latent, labels?.[i]);
    const wanted = expected.pixels.subarray(i * size, (i + 1) * size);
    expect(drawn.length).toBe(size);
    expect(Math.max(...drawn.map((value, at) => Math.abs(value - wanted[at]!)))).toBeLessThanOrEqual(1);
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeGreaterThan(15);
  }
  expect(() => new PageDecoder(live, flat.subarray(1))).toThrow(`${flat.length - 1} weights`);
});
