/** Models for tests: any architecture and likelihood on any image, and their weights filled with numbers. */
import { elementCount, type Value } from "../../src/graph/index.ts";
import {
  type Architecture,
  architectures,
  type ImageShape,
  type Likelihood,
  likelihoods,
  Vae,
} from "../../src/models/index.ts";
import { initialize, StateContext, type StateSpec } from "../../src/nn/index.ts";
import { evaluationProgram } from "../../src/training/index.ts";

export interface ModelOptions {
  readonly architecture: string;
  /** The architecture's own keys. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly image: ImageShape;
  readonly latentDim: number;
  readonly likelihood?: Readonly<Record<string, unknown>>;
  /** Makes it conditional. */
  readonly classes?: readonly string[] | undefined;
}

/** A VAE as the config would make it. */
export function makeVae({
  architecture,
  options = {},
  image,
  latentDim,
  likelihood,
  classes,
}: ModelOptions): Vae {
  const chosen: Architecture = architectures.find(({ name }) => name === architecture)!;
  const { kind = "bernoulli", ...density } = likelihood ?? {};
  const decoding: Likelihood = likelihoods.find((one) => one.name === kind)!;
  const network = chosen.create(chosen.options.parse(options), image, latentDim);
  const built = decoding.create(decoding.options.parse(density), network.output);
  return new Vae(image, latentDim, network, built, classes);
}

/** Weights and buffers of a model, in the order in which it asks for them. */
export function specsOf(vae: Vae): StateSpec[] {
  const { height, width, channels } = vae.image;
  const context = new StateContext("infer");
  const [pixels, noise] = evaluationProgram(vae).inputs.slice(-2);
  vae.infer(context, vae.scale(pixels!), noise!);
  if (pixels!.shape.slice(1).join() !== [height, width, channels].join()) throw new Error("other pixels");
  return [...context.specs.values()];
}

/** Numbers in all trained tensors; batch norm's running moments are not counted, as PyTorch doesn't. */
export function parameterCount(vae: Vae): number {
  return specsOf(vae)
    .filter(({ kind }) => kind === "parameter")
    .reduce((total, { shape }) => total + elementCount(shape), 0);
}

/** First values of the weights, ready to be fed. */
export function initialFeeds(specs: readonly StateSpec[], seed = 0): Record<string, Value> {
  const values = initialize(specs, seed);
  return Object.fromEntries(
    specs.map(({ name, shape }): [string, Value] => [
      name,
      { dtype: "float32", shape, data: values.get(name)! },
    ]),
  );
}

/** Pixels without pattern, the same ones every time: uint8 `[count, height, width, channel]`. */
export function noisePixels(
  count: number,
  { height, width, channels }: ImageShape,
  seed = 1,
): Value<"uint8"> {
  let state = seed;
  const data = Uint8Array.from({ length: count * height * width * channels }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { dtype: "uint8", shape: [count, height, width, channels], data };
}
