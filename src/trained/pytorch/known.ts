/** Nets of PyTorch's that are known by the names of their tensors: whose they are, and what those names are here. */

import { range } from "../../base/lists.ts";
import type { TensorRecord } from "../../base/safetensors.ts";
import type { ImageShape } from "../../models/index.ts";

/** Tensors by name, as a file holds them. */
export type Tensors = Readonly<Record<string, TensorRecord>>;

export interface KnownNet {
  /** Whose class has these names. */
  readonly of: string;
  /** From which an import takes what no weights tell: data, objective, likelihood. */
  readonly preset: string;
  /** By our module's name ("encoder.fc1"): theirs. */
  readonly modules: Readonly<Record<string, string>>;
  /** What the shapes of its weights say of the config, by path. `into` and `out` are a module's numbers of features. */
  settings(into: (module: string) => number, out: (module: string) => number): Record<string, unknown>;
  /** The pictures it takes, from what a module takes; of a fully connected net the square that is likely. */
  image(into: (module: string) => number): ImageShape;
}

const square = (values: number): ImageShape => {
  const channels = Number.isInteger(Math.sqrt(values)) ? 1 : 3;
  const side = Math.sqrt(values / channels);
  return { height: side, width: side, channels };
};

export const examples: KnownNet = {
  of: "the VAE of pytorch/examples, and of the soft free bits notebook",
  preset: "mnist-mlp-20",
  modules: {
    "encoder.fc1": "fc1",
    "encoder.mean": "fc21",
    "encoder.log_variance": "fc22",
    "decoder.fc1": "fc3",
    "decoder.output": "fc4",
  },
  settings: (_, out) => ({
    "model.architecture": "mlp",
    "model.hidden": [out("fc1")],
    "model.latentDim": out("fc21"),
  }),
  image: (into) => square(into("fc1")),
};

export const tutorial: KnownNet = {
  of: "the VAE of the tutorial with two hidden layers",
  preset: "mnist-mlp-400-400-20",
  modules: {
    "encoder.fc1": "fc1",
    "encoder.fc2": "fc2",
    "encoder.mean": "layer_mu",
    "encoder.log_variance": "layer_logvar",
    "decoder.fc1": "fc3",
    "decoder.fc2": "fc4",
    "decoder.output": "layer_output",
  },
  settings: (_, out) => ({
    "model.architecture": "mlp",
    "model.hidden": [out("fc1"), out("fc2")],
    "model.latentDim": out("layer_mu"),
  }),
  image: (into) => square(into("fc1")),
};

export const notebook: KnownNet = {
  of: "the BVAE of the convolutional notebook",
  preset: "mnist-conv-beta10",
  modules: {
    "encoder.conv1": "encoder.0",
    "encoder.conv2": "encoder.2",
    "encoder.fc": "encoder.5",
    "decoder.fc": "decoder.0",
    "decoder.conv1": "decoder.2",
    "decoder.conv2": "decoder.4",
    "decoder.conv3": "decoder.6",
  },
  settings: (into) => ({ "model.architecture": "conv28", "model.latentDim": into("decoder.0") }),
  image: (into) => ({ height: 28, width: 28, channels: into("encoder.0") }),
};

export const faces: KnownNet = {
  of: "VanillaVAE and BetaVAE of PyTorch-VAE",
  preset: "celeba-beta",
  modules: Object.fromEntries([
    ...range(5).flatMap((i) => [
      [`encoder.conv${i + 1}`, `encoder.${i}.0`],
      [`encoder.bn${i + 1}`, `encoder.${i}.1`],
    ]),
    ["encoder.mean", "fc_mu"],
    ["encoder.log_variance", "fc_var"],
    ["decoder.fc", "decoder_input"],
    ...range(4).flatMap((i) => [
      [`decoder.conv${i + 1}`, `decoder.${i}.0`],
      [`decoder.bn${i + 1}`, `decoder.${i}.1`],
    ]),
    ["decoder.conv5", "final_layer.0"],
    ["decoder.bn5", "final_layer.1"],
    ["decoder.output", "final_layer.3"],
  ]),
  settings: (_, out) => ({ "model.architecture": "celeba", "model.latentDim": out("fc_mu") }),
  image: (into) => ({ height: 64, width: 64, channels: into("encoder.0.0") }),
};

const known = [examples, tutorial, notebook, faces];

/** What is learned of a prior stands here under its own name, whosever the net is. */
const PRIOR = "prior";

/** The net that has all its modules among these. */
export function recognise(tensors: Tensors): KnownNet | undefined {
  const found = new Set(Object.keys(tensors).map(moduleOf));
  return known.find(({ modules }) => Object.values(modules).every((name) => found.has(name)));
}

/** What the shapes of its weights say: of the config, by path, and of the pictures. */
export function sizesOf(net: KnownNet, tensors: Tensors) {
  const size = (axis: number) => (module: string) => tensors[`${module}.weight`]?.shape[axis] ?? 0;
  const settings = { ...net.settings(size(1), size(0)), ...priorOf(tensors) };
  return { settings, image: net.image(size(1)) };
}

function priorOf(tensors: Tensors): Record<string, unknown> {
  const kinds = { mixture: "logits", vamp: "pseudo_inputs" };
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, tensor]) => {
      const components = tensors[`${PRIOR}.${tensor}`]?.shape[0];
      return components === undefined ? [] : [["model.prior", { kind, components }]];
    }),
  );
}

/** "encoder.0" of "encoder.0.weight". */
export function moduleOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

/** What training wrappers put before every name: DataParallel, Lightning, `torch.compile`. */
const wrappers = /^(module|model|net|_orig_mod)\./;

/** The tensors without a wrapper's prefix, and without batch norm's counters, on which nothing depends here. */
export function unwrapped(tensors: Tensors): { tensors: Tensors; counters: string[] } {
  let entries = Object.entries(tensors);
  for (;;) {
    const prefix = wrappers.exec(entries[0]?.[0] ?? "")?.[0];
    if (prefix === undefined || !entries.every(([name]) => name.startsWith(prefix))) break;
    entries = entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]);
  }
  const counts = (name: string): boolean => name.endsWith("num_batches_tracked");
  return {
    tensors: Object.fromEntries(entries.filter(([name]) => !counts(name))),
    counters: entries.filter(([name]) => counts(name)).map(([name]) => name),
  };
}
