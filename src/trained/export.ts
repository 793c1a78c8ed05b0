/**
 * A trained model as files that other software reads: two ONNX graphs with a free batch size and standard
 * operators only, and the weights by PyTorch's names and layouts.
 */

import { join } from "node:path";
import { encodeSafetensors } from "../base/safetensors.ts";
import type { Config, Registries } from "../config/index.ts";
import { type RequiredExtension, shipped } from "../config/node.ts";
import { type Value, writeOnnx } from "../graph/index.ts";
import { decoderProgram, encoderProgram } from "../latent/index.ts";
import { formatImage } from "../models/index.ts";
import { makeFolder, writeFileAtomic } from "../runs/index.ts";
import type { State } from "../training/index.ts";
import { betaOf } from "./beta.ts";
import type { Built } from "./build.ts";
import { OpenRun } from "./open.ts";

export interface Trained extends Built {
  readonly state: State;
  readonly config: Config;
  readonly step: number;
  readonly dataName: string;
  /** What the config names that is not shipped. */
  readonly extensions: readonly RequiredExtension[];
}

/** Exports the newest checkpoint of a run into its `model/`, or into another folder. */
export function exportRun(
  path: string,
  out?: string,
  registries: Registries = shipped,
): { paths: string[]; step: number } {
  const { run, vae, objective, state, config, step } = OpenRun.open(path, registries);
  const folder = out ?? run.folder("model");
  makeFolder(folder);
  const { data, extensions = [] } = run.information;
  const trained = { vae, objective, state, config, step, dataName: data.name, extensions };
  return { paths: exportModel(trained, folder), step };
}

/** Writes the four files into `folder`, which exists; returns their paths. */
export function exportModel(trained: Trained, folder: string): string[] {
  const { vae, state, config } = trained;
  const halves = [encoderProgram(vae), decoderProgram(vae)];
  const description = describe(trained);
  const metadata = Object.fromEntries(
    Object.entries(description).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const files = halves.map(({ program, weights }): [string, Uint8Array] => {
    const values = Object.fromEntries(
      weights.map(({ name, shape }) => [
        name,
        { dtype: "float32", shape, data: state.get(name) } satisfies Value,
      ]),
    );
    const text = `${program.name} of "${config.name}" (${formatImage(vae.image)}, ${vae.latentDim} latents), made by betalab`;
    return [
      `${program.name}.onnx`,
      writeOnnx({ ...program, description: text, metadata }, { weights: values }),
    ];
  });
  const names = new Set(halves.flatMap(({ weights }) => weights.map(({ name }) => name)));
  const tensors = Object.fromEntries(Object.entries(state.records()).filter(([name]) => names.has(name)));
  files.push(["weights.safetensors", encodeSafetensors(tensors, metadata)]);
  files.push(["model.json", new TextEncoder().encode(`${JSON.stringify(description, null, 2)}\n`)]);
  return files.map(([name, bytes]) => {
    const path = join(folder, name);
    writeFileAtomic(path, bytes);
    return path;
  });
}

function describe(trained: Trained): Record<string, unknown> {
  const { vae, config, step, dataName, extensions } = trained;
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
    ...(vae.classes && { classes: vae.classes, label: "one-hot [batch, classes], taken by both halves" }),
    ...betaOf(trained),
    weights: weightsOf(config),
    data: dataName,
    steps: step,
    seed: config.seed,
    config,
    ...(extensions.length > 0 && { extensions }),
  };
}

function weightsOf({ optimizer: { averaging } }: Config): string {
  return averaging === undefined
    ? "as trained"
    : `exponential moving average over training steps, decay ${averaging}`;
}
