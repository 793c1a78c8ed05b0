/** A trained model for PyTorch: its weights under the names of the class that they belong to, and that class in Python. */

import { BetalabError } from "../../base/errors.ts";
import { encodeSafetensors, type TensorRecord } from "../../base/safetensors.ts";
import type { ModelFile, Trained } from "../export.ts";
import { inferenceState } from "../inference-state.ts";
import { moduleOf } from "./known.ts";
import { pythonNet } from "./nets.ts";

/** `pytorch.safetensors` and `pytorch.py`. Throws "usage" for a model that has no form there. */
export function pytorchFiles({ vae, state, config }: Trained): ModelFile[] {
  if (vae.classes !== undefined) {
    throw new BetalabError(
      "usage",
      "`pytorch`: a conditional model has no form for PyTorch",
      "encoder.onnx and decoder.onnx hold it",
    );
  }
  const specs = inferenceState(vae).filter(({ name }) => !name.startsWith("likelihood."));
  const { layers, encode, decode, known } = pythonNet(config.model, vae.image, specs);
  const tensors = Object.fromEntries(
    specs.map(({ name, shape }): [string, TensorRecord] => {
      const module = moduleOf(name);
      const theirs = known?.modules[module] ?? module;
      return [`${theirs}${name.slice(module.length)}`, { dtype: "F32", shape, data: state.get(name) }];
    }),
  );
  const { height, width, channels } = vae.image;
  const squashed = config.model.architecture === "celeba" ? [] : meanOf(config.model.likelihood.kind);
  const body = [...layers, ...encode, ...decode].join();
  const indented = (depth: number, lines: readonly string[]) =>
    lines.map((line) => `${"    ".repeat(depth)}${line}`);
  const python = [
    `"""${config.name} as a module of PyTorch: ${known?.of ?? `the net ${config.model.architecture} of betalab`}."""`,
    "",
    "from pathlib import Path",
    "",
    "import torch",
    "from safetensors.torch import load_file",
    "from torch import nn",
    ...(body.includes("F.") ? ["from torch.nn import functional as F"] : []),
    "",
    "",
    "class VAE(nn.Module):",
    "    def __init__(self):",
    "        super().__init__()",
    ...indented(2, layers),
    "",
    `    def encode(self, x):  # [batch, ${channels}, ${height}, ${width}] in [0, 1] -> mean, log variance: [batch, ${vae.latentDim}]`,
    ...indented(2, encode),
    "",
    `    def decode(self, z):  # [batch, ${vae.latentDim}] -> [batch, ${channels}, ${height}, ${width}] in [0, 1]`,
    ...indented(2, [...decode, ...squashed, "return h"]),
    "",
    "",
    "model = VAE().eval()",
    'model.load_state_dict(load_file(Path(__file__).with_name("pytorch.safetensors")))',
    "",
  ].join("\n");
  return [
    { name: "pytorch.py", bytes: new TextEncoder().encode(python) },
    { name: "pytorch.safetensors", bytes: encodeSafetensors(tensors, { format: "pt" }) },
  ];
}

/** From the decoder's output to the pixels' means. */
function meanOf(likelihood: string): string[] {
  if (likelihood !== "continuousBernoulli") return ["h = torch.sigmoid(h)"];
  // Near 0 the quotients cancel: its series there.
  return [
    "near = torch.where(h.abs() < 1, 1.0, h)",
    "series = 0.5 + h * (1 / 12 - h**2 / 720 + h**4 / 30240 - h**6 / 1209600 + h**8 / 47900160)",
    "h = torch.where(h.abs() < 1, series, 0.5 + 0.5 / torch.tanh(near / 2) - 1 / near)",
  ];
}
