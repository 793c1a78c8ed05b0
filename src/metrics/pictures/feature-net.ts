/**
 * An ONNX net that a user names to look at pictures with: Inception for FID and KID, a VGG or AlexNet for LPIPS. Its one
 * input is float32 `[batch, channel, height, width]`. Outputs of one number a channel are features, others are feature maps.
 *
 * Its metadata may say what it is fed: `size`, the side to which pictures are scaled (bilinear, half-pixel centres, as
 * PyTorch's `interpolate`); `mean` and `std` of each channel, taken off and divided by, of pixels in [0, 1]; and for an
 * output NAME, `lpips.NAME`, the weights of its channels.
 */

import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Value } from "../../graph/index.ts";
import type { ImageShape } from "../../models/index.ts";
import type { Runtime, Session } from "../../runtime/index.ts";
import type { Features } from "./frechet.ts";
import type { FeatureMap } from "./lpips.ts";

/** What a net is fed, where its metadata does not say so or says something else. */
export interface FeatureInput {
  readonly size?: number | undefined;
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

/** What the net makes of some pictures. */
export interface Seen {
  /** Of the first output of one number a channel, if there is one. */
  readonly features?: Features | undefined;
  /** Of each picture, the outputs with places. */
  readonly maps: readonly (readonly FeatureMap[])[];
}

const list = z.array(z.number()).min(1);

export class FeatureNet {
  /** "vgg.onnx: 64×64, mean 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225, LPIPS weights of relu1, relu2". */
  readonly description: string;
  readonly #name: string;
  readonly #session: Session;
  readonly #takes: Described;

  private constructor(session: Session, name: string, takes: Described) {
    this.#name = name;
    this.#session = session;
    this.#takes = takes;
    const { size, mean, std, weights } = takes;
    const scaled = size === undefined ? "pictures of their own size" : `${size}×${size}`;
    const weighed = weights.size === 0 ? "" : `, LPIPS weights of ${[...weights.keys()].join(", ")}`;
    this.description = `${name}: ${scaled}, mean ${mean.join(", ")}, std ${std.join(", ")}${weighed}`;
  }

  /** Throws "data" naming the file and what of it can't be used. */
  static async open(
    runtime: Runtime,
    bytes: Uint8Array,
    name: string,
    input: FeatureInput = {},
  ): Promise<FeatureNet> {
    const described = describe(bytes, name, input);
    try {
      return new FeatureNet(await runtime.open(bytes, name), name, described);
    } catch (cause) {
      throw new BetalabError("data", `${name} can't be run: ${(cause as Error).message}`, undefined, {
        cause,
      });
    }
  }

  /** @param images `[count, height, width, channel]` in [0, 1] */
  async see(images: ArrayLike<number>, count: number, shape: ImageShape): Promise<Seen> {
    const { input } = this.#takes;
    const outputs = Object.entries(await this.#session.run({ [input]: this.#prepare(images, count, shape) }));
    const floats = outputs.filter(([, { dtype, shape }]) => dtype === "float32" && shape[0] === count);
    const perChannel = ({ shape }: Value): boolean => shape.slice(2).every((size) => size === 1);
    const vector = floats.find(([, value]) => perChannel(value))?.[1];
    const dimensions = vector?.shape[1] ?? 1;
    const layers = floats.filter(([, value]) => !perChannel(value) && value.shape.length === 4);
    const maps = Array.from({ length: count }, (_, i) =>
      layers.map(([name, value]): FeatureMap => {
        const each = value.data.length / count;
        const values = (value.data as Float32Array).subarray(i * each, (i + 1) * each);
        return { channels: value.shape[1]!, values, weights: this.#weightsOf(name, value.shape[1]!) };
      }),
    );
    return {
      ...(vector && { features: { count, dimensions, values: vector.data as Float32Array } }),
      maps,
    };
  }

  /** LPIPS weights of an output's channels, one of each. Throws "data" for another number. */
  #weightsOf(output: string, channels: number): readonly number[] | undefined {
    const weights = this.#takes.weights.get(output);
    if (weights === undefined || weights.length === channels) return weights;
    throw new BetalabError(
      "data",
      `${this.#name}: lpips.${output} has ${plural(weights.length, "weight")} for ${plural(channels, "channel")}`,
      "its metadata needs one weight for each channel of the output",
    );
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  /** Channels first, scaled and normalised; grey pictures in as many equal channels as the net takes, colours for one as their luma. */
  #prepare(pictures: ArrayLike<number>, count: number, given: ImageShape): Value {
    const { channels, size, mean: means, std: deviations } = this.#takes;
    const { images, shape } = this.#fit(pictures, given);
    const [height, width] = [size ?? shape.height, size ?? shape.width];
    const [rows, columns] = [weigh(shape.height, height), weigh(shape.width, width)];
    const data = new Float32Array(count * channels * height * width);
    const from = (image: number, i: number, j: number, channel: number): number =>
      images[((image * shape.height + i) * shape.width + j) * shape.channels + channel]!;
    let at = 0;
    for (let image = 0; image < count; image++) {
      for (let channel = 0; channel < channels; channel++) {
        const own = shape.channels === 1 ? 0 : channel;
        const [mean, std] = [means[channel]!, deviations[channel]!];
        for (const { low: top, high: bottom, share: down } of rows) {
          for (const { low: left, high: right, share: across } of columns) {
            const above = from(image, top, left, own) * (1 - across) + from(image, top, right, own) * across;
            const below =
              from(image, bottom, left, own) * (1 - across) + from(image, bottom, right, own) * across;
            data[at++] = (above * (1 - down) + below * down - mean) / std;
          }
        }
      }
    }
    return { dtype: "float32", shape: [count, channels, height, width], data };
  }

  /** Pictures of as many channels as the net takes, or of one for all. Throws "data" where that can't be. */
  #fit(images: ArrayLike<number>, shape: ImageShape) {
    const { channels } = this.#takes;
    if (shape.channels === channels || shape.channels === 1) return { images, shape };
    if (channels !== 1 || shape.channels !== LUMA.length) {
      const what = `pictures have ${plural(shape.channels, "channel")}, and the input of ${this.#name} ${channels}`;
      throw new BetalabError("data", what, "a net for colours takes 3, one for grey pictures 1");
    }
    const [red, green, blue] = LUMA;
    const grey = Float32Array.from(
      { length: images.length / LUMA.length },
      (_, i) => red * images[3 * i]! + green * images[3 * i + 1]! + blue * images[3 * i + 2]!,
    );
    return { images: grey, shape: { ...shape, channels: 1 } };
  }
}

/** ITU-R BT.601: what Pillow's and OpenCV's conversions to grey weigh red, green and blue by. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** For each place of the new side: the two of the old one that it lies between, and how near to the second. */
function weigh(from: number, to: number) {
  return Array.from({ length: to }, (_, i) => {
    const centre = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(from - 1, Math.floor(centre));
    return { low, high: Math.min(from - 1, low + 1), share: centre - low };
  });
}

interface Described {
  readonly input: string;
  readonly channels: number;
  readonly size: number | undefined;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

function describe(bytes: Uint8Array, name: string, given: FeatureInput): Described {
  const fail = (why: string) =>
    new BetalabError("data", `${name} is not a net to look at pictures with: ${why}`);
  const { graph, metadataProps } = parse(bytes, fail);
  const held = new Set(graph.initializer.map((one) => one.name));
  const inputs = graph.input.filter((one) => !held.has(one.name));
  const [first, ...others] = inputs;
  const type = first?.type?.value;
  const dims = type?.case === "tensorType" ? type.value.shape?.dim.map(({ value }) => value) : undefined;
  if (first === undefined || others.length > 0 || dims?.length !== 4) {
    throw fail("its one input must be [batch, channel, height, width]");
  }
  const fixed = (axis: number): number | undefined =>
    dims[axis]!.case === "dimValue" ? Number(dims[axis]!.value) : undefined;
  const metadata = new Map(metadataProps.map(({ key, value }) => [key, value]));
  const read = <T>(key: string, schema: z.ZodType<T>): T | undefined => {
    const text = metadata.get(key);
    if (text === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      throw fail(`its metadata "${key}" is ${JSON.stringify(text.slice(0, 60))}`);
    }
  };
  const channels = fixed(1) ?? 3;
  const perChannel = (key: "mean" | "std", otherwise: number): readonly number[] => {
    const values = given[key] ?? read(key, list) ?? [otherwise];
    if (values.length === channels) return values;
    if (values.length === 1) return Array.from({ length: channels }, () => values[0]!);
    throw fail(`${key} has ${values.length} numbers, and its input ${channels} channels`);
  };
  const weights = graph.output.flatMap((one) => {
    const found = read(`lpips.${one.name}`, list);
    return found === undefined ? [] : [[one.name, found] as const];
  });
  return {
    input: first.name,
    channels,
    size: given.size ?? read("size", z.int().positive()) ?? fixed(2),
    mean: perChannel("mean", 0),
    std: perChannel("std", 1),
    weights: new Map(weights),
  };
}

function parse(bytes: Uint8Array, fail: (why: string) => BetalabError) {
  try {
    const { graph, metadataProps } = fromBinary(ModelProtoSchema, bytes);
    if (graph !== undefined) return { graph, metadataProps };
  } catch {
    // What protobuf says of a foreign file is nothing that a person can use.
  }
  throw fail("it is not an ONNX model");
}
