/**
 * A trained model as files that other software reads: two ONNX graphs with a free batch size and standard
 * operators only, and the weights by PyTorch's names and layouts.
 */

import { crc32Text } from "../base/checksum.ts";
import { BetalabError } from "../base/errors.ts";
import { plural } from "../base/format.ts";
import { floatToHalf } from "../base/half.ts";
import { encodeSafetensors, type TensorRecord } from "../base/safetensors.ts";
import type { Config } from "../config/index.ts";
import type { RequiredExtension } from "../config/node.ts";
import { type Value, writeOnnx } from "../graph/index.ts";
import { decoderProgram, encoderProgram, priorProgram } from "../latent/index.ts";
import { formatImage } from "../models/index.ts";
import type { State } from "../training/index.ts";
import { betaOf } from "./beta.ts";
import type { Built } from "./build.ts";
import { likelihoodInForce } from "./in-force.ts";
import { inferenceState } from "./inference-state.ts";

export interface Trained extends Built {
  readonly state: State;
  readonly config: Config;
  /** Steps that the weights were trained for. */
  readonly step: number;
  /** What it was trained on. */
  readonly dataName: string;
  /** What the config names that is not shipped. */
  readonly extensions: readonly RequiredExtension[];
}

export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const precisions = ["fp32", "fp16"] as const;

/** `encoder.onnx`, `decoder.onnx`, `weights.safetensors` and `model.json`; of "fp16" with weights of 16 bits. */
export function modelFiles(trained: Trained, precision: (typeof precisions)[number] = "fp32"): ModelFile[] {
  const { vae, state, config } = trained;
  const half = precision === "fp16";
  const prior = priorProgram(vae);
  const halves = [encoderProgram(vae), decoderProgram(vae), ...(prior ? [prior] : [])];
  const description = {
    ...describe(trained),
    ...(half && { precision: "weights of 16 bits, computed in 32" }),
  };
  const metadata = Object.fromEntries(
    Object.entries(description).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const files = halves.map(({ program, weights }): ModelFile => {
    const values = Object.fromEntries(
      weights.map(({ name, shape }) => [
        name,
        { dtype: "float32", shape, data: state.get(name) } satisfies Value,
      ]),
    );
    const text = `${program.name} of "${config.name}" (${formatImage(vae.image)}, ${plural(vae.latentDim, "latent")}), made by betalab`;
    return {
      name: `${program.name}.onnx`,
      bytes: writeOnnx({ ...program, description: text, metadata }, { weights: values, half }),
    };
  });
  const names = new Set(inferenceState(vae).map(({ name }) => name));
  const records = Object.entries(state.records()).filter(([name]) => names.has(name));
  const tensors = Object.fromEntries(
    records.map(([name, record]) => [name, half ? halved(record, name) : record]),
  );
  files.push({ name: "weights.safetensors", bytes: encodeSafetensors(tensors, metadata) });
  // Last of all: a description with the checksums of the others is a seal on a whole export.
  const checksums = Object.fromEntries(files.map(({ name, bytes }) => [name, crc32Text(bytes)]));
  const sealed = JSON.stringify({ ...description, checksums }, null, 2);
  return [...files, { name: "model.json", bytes: new TextEncoder().encode(`${sealed}\n`) }];
}

/** Throws "usage" naming a weight that 16 bits can't hold. */
export function halved({ shape, data }: TensorRecord, name: string): TensorRecord {
  const bits = Uint16Array.from(data as Float32Array, floatToHalf);
  const beyond = bits.findIndex((one) => (one & 0x7c00) === 0x7c00);
  if (beyond < 0) return { dtype: "F16", shape, data: bits };
  throw new BetalabError("usage", `\`precision\`: ${name} holds ${data[beyond]}, and fp16 ends at 65504`);
}

function describe(trained: Trained): Record<string, unknown> {
  const { vae, config, step, dataName, extensions } = trained;
  const inForce = likelihoodInForce(trained);
  const { averaging } = config.optimizer;
  return {
    format: 1,
    name: config.name,
    image: vae.image,
    imageLayout: "[batch, height, width, channel], float32",
    scaling: "pixel / 255: images in [0, 1], both into the encoder and out of the decoder",
    latentDim: vae.latentDim,
    encoder: "image → mean, logVariance (ln σ²) of q(z|x)",
    decoder: "latent → image, the mean of p(x|z)",
    likelihood: config.model.likelihood,
    ...(config.model.prior && { prior: config.model.prior }),
    ...(Object.keys(inForce).length > 0 && { likelihoodInForce: inForce }),
    ...(vae.classes && { classes: vae.classes, label: "one-hot [batch, classes], taken by both halves" }),
    ...betaOf(trained),
    weights:
      averaging === undefined
        ? "as trained"
        : `exponential moving average over training steps, decay ${averaging}`,
    data: dataName,
    steps: step,
    seed: config.seed,
    config,
    ...(extensions.length > 0 && { extensions }),
  };
}
