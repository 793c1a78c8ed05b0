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
  const isPrior = ({ name }: { readonly name: string }): boolean => name.startsWith("prior.");
  const net = specs.filter((spec) => !isPrior(spec));
  const { layers, encode, decode, known } = pythonNet(config.model, vae.image, net);
  const sample = vae.hasStandardPrior ? [] : drawn(config.model.prior?.kind, vae.latentDim);
  const learned = specs.filter(isPrior).map(({ name, shape }) => {
    return `    "${name.slice("prior.".length)}": torch.zeros(${shape.join(", ")}),`;
  });
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
    lines.map((line) => (line === "" ? "" : `${"    ".repeat(depth)}${line}`));
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
    ...(learned.length > 0 ? indented(2, ["self.prior = nn.ParameterDict({", ...learned, "})"]) : []),
    "",
    `    def encode(self, x):  # [batch, ${channels}, ${height}, ${width}] in [0, 1] -> mean, log variance: [batch, ${vae.latentDim}]`,
    ...indented(2, encode),
    "",
    `    def decode(self, z):  # [batch, ${vae.latentDim}] -> [batch, ${channels}, ${height}, ${width}] in [0, 1]`,
    ...indented(2, [...decode, ...squashed, "return h"]),
    "",
    ...indented(1, sample),
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

/** The method that draws latents from a learned prior. Throws "usage" for one of a person's own. */
function drawn(kind: string | undefined, latentDim: number): string[] {
  const components: Readonly<Record<string, readonly string[]>> = {
    mixture: [
      'k = torch.multinomial(torch.softmax(self.prior["logits"], 0), count, replacement=True)',
      'mean, log_variance = self.prior["mean"][k], self.prior["log_variance"][k]',
    ],
    vamp: [
      'pictures = self.prior["pseudo_inputs"].clamp(0, 1)',
      "k = torch.randint(len(pictures), (count,))",
      "mean, log_variance = self.encode(pictures[k])",
    ],
  };
  const lines = components[kind ?? ""];
  if (lines === undefined) {
    throw new BetalabError(
      "usage",
      `\`pytorch\`: the prior ${kind} has no form for PyTorch`,
      "prior.onnx holds its components",
    );
  }
  return [
    `def sample(self, count):  # latents from the prior: [count, ${latentDim}]`,
    ...lines.map((line) => `    ${line}`),
    "    return mean + torch.exp(log_variance / 2) * torch.randn_like(mean)",
    "",
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
