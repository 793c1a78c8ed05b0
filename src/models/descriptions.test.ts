/** Defaults, names, caveats and ends of the nets, by value: what a config gets that says nothing more. */

import { describe, expect, it } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { initialFeeds, makeVae, parameterCount, specsOf } from "../../test/helpers/models.ts";
import { constant, input, interpret, type Tensor, type Value } from "../graph/index.ts";
import { StateContext } from "../nn/index.ts";
import {
  type Architecture,
  architectures,
  createVae,
  fillOneHot,
  type Likelihood,
  likelihoods,
} from "./index.ts";

it("every default of an architecture and of a likelihood", () => {
  const defaultsOf = (list: readonly (Architecture | Likelihood)[]) =>
    Object.fromEntries(list.map(({ name, options }) => [name, options.parse({})]));
  expect(defaultsOf(architectures)).toEqual({
    mlp: { hidden: [400], activation: "relu", initialization: "pytorch" },
    conv28: {},
    burgess: {},
    celeba: {},
    conv: { width: 32, hidden: 256 },
    residual: { blocks: 1, attention: false },
  });
  expect(defaultsOf(likelihoods)).toEqual({
    bernoulli: {},
    continuousBernoulli: {},
    gaussian: { sigma: 0.1 },
    laplace: { scale: 0.1 },
    discretizedLogistic: { scale: "learned" },
  });
});

describe("likelihoods say", () => {
  const of = (kind: string) => likelihoods.find(({ name }) => name === kind)! as Likelihood;
  const made = (kind: string) => of(kind).create(of(kind).options.parse({}), "real");

  it.each([
    ["bernoulli", "mass", /read its nats as a cross-entropy/, undefined],
    ["continuousBernoulli", "density", undefined, undefined],
    ["gaussian", "density", undefined, /values that never occur; bernoulli fits/],
    ["laplace", "density", undefined, /values that never occur; bernoulli fits/],
    ["discretizedLogistic", "mass", undefined, /254 of them never occur; bernoulli fits/],
  ])("%s: a %s, and what it is no density for", (kind, measure, onGrey, onBinary) => {
    const decoding = made(kind);
    expect(decoding.measure).toBe(measure);
    for (const [binary, expected] of [
      [false, onGrey],
      [true, onBinary],
    ] as const) {
      const caveat = decoding.caveat({ binary });
      if (expected === undefined) expect(caveat).toBeUndefined();
      else expect(caveat).toMatch(expected);
    }
  });

  it("continuous Bernoulli can't be used on binary pixels at all, the others can", () => {
    expect(made("continuousBernoulli").misfit!({ binary: true })).toMatch(/grows without bound/);
    expect(made("continuousBernoulli").misfit!({ binary: false })).toBeUndefined();
    const others = likelihoods.filter(({ name }) => name !== "continuousBernoulli");
    expect(others.map(({ name }) => made(name).misfit?.({ binary: true }))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(["bernoulli", "continuousBernoulli"])("%s needs logits", async (kind) => {
    const error = await failure("config", () => of(kind).create({}, "pixel"));
    expect(error.message).toContain(`model.likelihood ${kind} needs logits`);
  });

  it.each(["gaussian", "laplace", "discretizedLogistic"])("%s: the mean is the pixel itself", (kind) => {
    const meanOf = (output: "real" | "pixel") => {
      const { mean } = of(kind).create(of(kind).options.parse({}), output);
      return interpret({ y: mean(constant(0.25, [1])) }, {}).y.data[0] as number;
    };
    expect(meanOf("pixel")).toBe(0.25);
    expect(meanOf("real")).toBeCloseTo(1 / (1 + Math.exp(-0.25)), 6);
  });
});

it("a scheduled spread: training uses the step's value and keeps it for evaluation", () => {
  const scale = { schedule: "linear", start: 0.5, end: 0.1 } as const;
  const laplace = likelihoods.find(({ name }) => name === "laplace")! as Likelihood;
  const decoding = laplace.create(laplace.options.parse({ scale }), "pixel");
  const now = input("now", []);
  const context = new StateContext("train", new Map(), () => now);
  const pixel = input("pixel", [1, 1, 1, 1]);
  const y = decoding.negativeLogLikelihood(pixel, pixel, context);
  const next = context.updates.get("likelihood.scale") as Tensor;
  const feeds: Record<string, Value> = {
    pixel: { dtype: "float32", shape: [1, 1, 1, 1], data: Float32Array.of(0.5) },
    now: { dtype: "float32", shape: [], data: Float32Array.of(0.3) },
    "likelihood.scale": { dtype: "float32", shape: [], data: Float32Array.of(1) },
  };
  const found = interpret({ y, next }, feeds);
  expect(found.y.data[0]).toBeCloseTo(Math.log(0.6), 5);
  expect(found.next.data[0]).toBeCloseTo(0.3, 6);
});

it("an optimal σ is the running one when an image is evaluated", () => {
  const gaussian = likelihoods.find(({ name }) => name === "gaussian")! as Likelihood;
  const decoding = gaussian.create(gaussian.options.parse({ sigma: "optimal" }), "pixel");
  const pixel = input("pixel", [1, 1, 1, 1]);
  const context = new StateContext("infer");
  const y = decoding.negativeLogLikelihood(pixel, constant(0.3, [1, 1, 1, 1]), context);
  const feeds: Record<string, Value> = {
    pixel: { dtype: "float32", shape: [1, 1, 1, 1], data: Float32Array.of(0.5) },
    "likelihood.mean_squared_error": { dtype: "float32", shape: [], data: Float32Array.of(0.04) },
  };
  // σ = 0.2, one σ away.
  const expected = Math.log(0.2) + 0.5 * Math.log(2 * Math.PI) + 0.5;
  expect(interpret({ y }, feeds).y.data[0]).toBeCloseTo(expected, 3);
  expect(context.updates.size).toBe(0);
});

describe("labels", () => {
  it("are rows of zeros with a one", () => {
    const rows = new Float32Array(9).fill(7);
    fillOneHot(rows, Int32Array.of(2, 0, 1));
    expect([...rows]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
  });

  const image = { height: 2, width: 2, channels: 1 };
  const images = input("x", [1, 2, 2, 1]);
  const context = new StateContext("infer");

  it("are refused by a model that takes none, and missed by one that does, which names its classes", async () => {
    const plain = makeVae({ architecture: "mlp", image, latentDim: 2 });
    const given = await failure("usage", () => plain.encode(context, images, input("label", [1, 2])));
    expect(given.message).toBe("this model takes no labels: it is not conditional");
    const conditional = makeVae({ architecture: "mlp", image, latentDim: 2, classes: ["cat", "dog"] });
    const missing = await failure("usage", () => conditional.encode(context, images));
    expect(missing.message).toMatch(/is conditional: it needs the class of every image, one of cat, dog$/);
  });
});

describe("createVae", () => {
  const parts = { architectures, likelihoods };
  const image = { height: 28, width: 28, channels: 1 };
  const model = {
    architecture: "mlp",
    latentDim: 20,
    hidden: [400],
    activation: "relu",
    likelihood: { kind: "bernoulli" },
  };

  it("builds what the names say", () => {
    const vae = createVae(model, image, parts);
    expect(parameterCount(vae)).toBe(652_824);
    expect(vae.decoding.measure).toBe("mass");
    expect(vae.classes).toBeUndefined();
    expect(createVae(model, image, { ...parts, classes: ["a", "b"] }).classes).toEqual(["a", "b"]);
    const gaussian = { ...model, likelihood: { kind: "gaussian", sigma: 1 } };
    expect(createVae(gaussian, image, parts).decoding.measure).toBe("density");
  });

  it("refuses names that there are not, naming key and name", async () => {
    const unknown = await failure("config", () => createVae({ ...model, architecture: "mpl" }, image, parts));
    expect(unknown.message).toMatch(/model\.architecture.*mpl/);
    const likelihood = { kind: "bernouli" };
    const other = await failure("config", () => createVae({ ...model, likelihood }, image, parts));
    expect(other.message).toMatch(/model\.likelihood\.kind.*bernouli/);
  });
});

describe("nets", () => {
  const names = (architecture: string, size: number, channels = 1) =>
    specsOf(
      makeVae({
        architecture,
        image: { height: size, width: size, channels },
        latentDim: 2,
        likelihood: { kind: "gaussian" },
      }),
    );

  it("celeba's and burgess's parts are numbered from 1, in order", () => {
    const layers = (architecture: string, size: number, channels: number) => [
      ...new Set(names(architecture, size, channels).map(({ name }) => name.replace(/\.[^.]*$/, ""))),
    ];
    const numbered = (side: string) => [1, 2, 3, 4, 5].flatMap((i) => [`${side}.conv${i}`, `${side}.bn${i}`]);
    const celeba = layers("celeba", 64, 3).filter((name) => /\.(conv|bn)/.test(name));
    expect(celeba).toEqual([...numbered("encoder"), ...numbered("decoder")]);
    const burgess = names("burgess", 64).map(({ name, shape }) => `${name} ${shape}`);
    expect(burgess.filter((one) => /conv\d\.weight/.test(one))).toEqual([
      "encoder.conv1.weight 32,1,4,4",
      "encoder.conv2.weight 32,32,4,4",
      "encoder.conv3.weight 32,32,4,4",
      "encoder.conv4.weight 32,32,4,4",
      "decoder.conv1.weight 32,32,4,4",
      "decoder.conv2.weight 32,32,4,4",
      "decoder.conv3.weight 32,32,4,4",
      "decoder.conv4.weight 32,1,4,4",
    ]);
  });

  it("an MLP's layers are numbered from 1 on both sides, the decoder's in reverse", () => {
    const options = { hidden: [5, 3] };
    const image = { height: 2, width: 2, channels: 1 };
    const specs = specsOf(makeVae({ architecture: "mlp", options, image, latentDim: 2 }));
    const weights = specs.filter(({ name }) => /\.(fc\d|output)\.weight$/.test(name));
    expect(weights.map(({ name, shape }) => `${name} ${shape}`)).toEqual([
      "encoder.fc1.weight 5,4",
      "encoder.fc2.weight 3,5",
      "decoder.fc1.weight 3,2",
      "decoder.fc2.weight 5,3",
      "decoder.output.weight 4,5",
    ]);
  });

  it("conditional: the label is one more channel of the picture", () => {
    const image = { height: 8, width: 9, channels: 3 };
    const vae = makeVae({ architecture: "conv", image, latentDim: 2, classes: ["a", "b"] });
    const context = new StateContext("infer");
    const posterior = vae.encode(context, input("x", [2, 8, 9, 3]), input("label", [2, 2]));
    vae.decode(context, posterior.mean, input("label", [2, 2]));
    const shapes = Object.fromEntries([...context.specs.values()].map(({ name, shape }) => [name, shape]));
    expect(shapes["encoder.conv1.weight"]).toEqual([32, 4, 4, 4]);
    expect(shapes["encoder.label.weight"]).toEqual([72, 2]);
    expect(shapes["decoder.fc1.weight"]).toEqual([256, 4]);
  });

  it.each([
    ["mlp", 8],
    ["conv", 8],
    ["conv28", 28],
    ["burgess", 32],
  ])("%s ends without an activation: its logits have both signs", (architecture, size) => {
    const vae = makeVae({ architecture, image: { height: size, width: size, channels: 1 }, latentDim: 2 });
    const z = constant(Float32Array.of(1, -2), [1, 2]);
    const picture = end(vae, (context) => vae.decode(context, z), unbiased);
    // The picture is the logits' logistic function: below a half where a logit is negative.
    expect(Math.min(...picture)).toBeLessThan(0.5);
    expect(Math.max(...picture)).toBeGreaterThan(0.5);
  });

  it("celeba: a pixel of ½ is 0 inside, and the picture is (1 + tanh)/2", () => {
    const image = { height: 64, width: 64, channels: 3 };
    const vae = makeVae({ architecture: "celeba", image, latentDim: 2, likelihood: { kind: "gaussian" } });
    const grey = (context: StateContext) => vae.encode(context, constant(0.5, [1, 64, 64, 3])).mean;
    expect(end(vae, grey, unbiased)).toEqual([0, 0]);
    // White is +1 inside: through positive weights it stays positive.
    const positive = (name: string, value: Float32Array) =>
      name.endsWith(".weight") ? value.fill(0.01) : unbiased(name, value);
    const white = (context: StateContext) => vae.encode(context, constant(1, [1, 64, 64, 3])).mean;
    for (const latent of end(vae, white, positive)) expect(latent).toBeGreaterThan(0);
    const biases = [-1, 0, 0.5];
    const flat = (name: string, value: Float32Array) =>
      name === "decoder.output.bias"
        ? Float32Array.from(biases)
        : name === "decoder.output.weight"
          ? value.fill(0)
          : value;
    const picture = end(vae, (context) => vae.decode(context, constant(0, [1, 2])), flat);
    expect(picture).toHaveLength(64 * 64 * 3);
    for (const [i, bias] of biases.entries())
      expect(picture[300 + i]).toBeCloseTo((1 + Math.tanh(bias)) / 2, 6);
  });
});

function unbiased(name: string, value: Float32Array): Float32Array {
  return name.endsWith(".bias") ? value.fill(0) : value;
}

/** What `build` makes with the model's first weights, or those that `change` makes of them. */
function end(
  vae: ReturnType<typeof makeVae>,
  build: (context: StateContext) => Tensor,
  change: (name: string, value: Float32Array) => Float32Array = (_, value) => value,
): number[] {
  const feeds = initialFeeds(specsOf(vae));
  const changed = Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => [
      name,
      { ...value, data: change(name, value.data as Float32Array) } as Value,
    ]),
  );
  return Array.from(interpret({ y: build(new StateContext("infer")) }, changed).y.data as Float32Array);
}
