/** Our nets in Python: of each the layers and the forward pass of both halves. */

import { BetalabError } from "../../base/errors.ts";
import { range } from "../../base/lists.ts";
import type { ImageShape, ModelDescription } from "../../models/index.ts";
import type { StateSpec } from "../../nn/index.ts";
import { examples, faces, type KnownNet, notebook, tutorial } from "./known.ts";
import { layerLines, Scribe } from "./scribe.ts";

/** Lines of Python; `encode` ends with a return, `decode` leaves the last layer's output in `h`. */
export interface PythonNet {
  readonly layers: readonly string[];
  readonly encode: readonly string[];
  readonly decode: readonly string[];
  /** Whose names its tensors have, if not ours. */
  readonly known: KnownNet | undefined;
}

interface Writing {
  readonly scribe: Scribe;
  readonly model: ModelDescription;
  readonly image: ImageShape;
}

type Halves = Pick<PythonNet, "encode" | "decode"> & { readonly layers?: readonly string[] };

/** Throws "usage" for a net that has no form here. */
export function pythonNet(
  model: ModelDescription,
  image: ImageShape,
  specs: readonly StateSpec[],
): PythonNet {
  const write = Object.hasOwn(nets, model.architecture) ? nets[model.architecture] : undefined;
  if (write === undefined) {
    throw new BetalabError(
      "usage",
      `\`pytorch\`: the net ${model.architecture} has no form for PyTorch`,
      "encoder.onnx and decoder.onnx hold any net",
    );
  }
  const depth = model.architecture === "mlp" ? (model.hidden as number[]).length : 0;
  const known = { mlp: [examples, tutorial][depth - 1], conv28: notebook, celeba: faces }[model.architecture];
  const scribe = new Scribe(specs, known?.modules ?? {});
  const { layers = layerLines(scribe.layers), ...halves } = write({ scribe, model, image });
  return { layers, ...halves, known };
}

const nets: Readonly<Record<string, (writing: Writing) => Halves>> = {
  mlp({ scribe, model, image: { height, width, channels } }) {
    const { activation } = model;
    const layers = (half: string) =>
      (model.hidden as number[]).map((_, i) => {
        const x = half === "decoder" ? "z" : "x.flatten(1)";
        return `h = torch.${activation}(${scribe.linear(`${half}.fc${i + 1}`, i === 0 ? x : "h")})`;
      });
    return {
      encode: [...layers("encoder"), moments(scribe)],
      decode: [
        ...layers("decoder"),
        `h = ${scribe.linear("decoder.output", "h")}.view(-1, ${channels}, ${height}, ${width})`,
      ],
    };
  },

  conv28({ model: { latentDim }, image: { channels } }) {
    return {
      layers: [
        "self.encoder = nn.Sequential(",
        `    nn.Conv2d(${channels}, 64, 3, 2, 1), nn.ReLU(), nn.Conv2d(64, 256, 3, 2, 1), nn.ReLU(),`,
        `    nn.Flatten(), nn.Linear(256 * 7 * 7, ${2 * latentDim}),`,
        ")",
        "self.decoder = nn.Sequential(",
        `    nn.Linear(${latentDim}, 128 * 7 * 7), nn.Unflatten(1, (128, 7, 7)),`,
        "    nn.ConvTranspose2d(128, 256, 3, 2, 1), nn.ReLU(),",
        "    nn.ConvTranspose2d(256, 64, 3, 2, 0, 1), nn.ReLU(),",
        `    nn.ConvTranspose2d(64, ${channels}, 3, 1, 1),`,
        ")",
      ],
      encode: ["return self.encoder(x).chunk(2, 1)"],
      decode: ["h = self.decoder(z)"],
    };
  },

  celeba({ model: { latentDim }, image: { channels } }) {
    return {
      layers: [
        "def block(conv, into, out, **more):",
        "    return nn.Sequential(conv(into, out, 3, 2, 1, **more), nn.BatchNorm2d(out), nn.LeakyReLU())",
        `down, up = [${channels}, 32, 64, 128, 256, 512], [512, 256, 128, 64, 32]`,
        "self.encoder = nn.Sequential(*[block(nn.Conv2d, *pair) for pair in zip(down, down[1:])])",
        `self.fc_mu, self.fc_var = nn.Linear(2048, ${latentDim}), nn.Linear(2048, ${latentDim})`,
        `self.decoder_input = nn.Linear(${latentDim}, 2048)`,
        "self.decoder = nn.Sequential(*[block(nn.ConvTranspose2d, *pair, output_padding=1) for pair in zip(up, up[1:])])",
        "last = block(nn.ConvTranspose2d, 32, 32, output_padding=1)",
        `self.final_layer = nn.Sequential(*last, nn.Conv2d(32, ${channels}, 3, 1, 1), nn.Tanh())`,
      ],
      encode: ["h = self.encoder(2 * x - 1).flatten(1)", "return self.fc_mu(h), self.fc_var(h)"],
      decode: [
        "h = self.decoder(self.decoder_input(z).view(-1, 512, 2, 2))",
        "h = (self.final_layer(h) + 1) / 2",
      ],
    };
  },

  burgess({ scribe, image: { height } }) {
    const depth = Math.log2(height / 4);
    const encode = halvings(scribe, depth);
    encode.push(relu(scribe.linear("encoder.fc1", "h.flatten(1)")), relu(scribe.linear("encoder.fc2", "h")));
    encode.push(moments(scribe));
    const decode = range(3).map((i) => relu(scribe.linear(`decoder.fc${i + 1}`, i === 0 ? "z" : "h")));
    decode.push("h = h.view(-1, 32, 4, 4)");
    for (const i of range(depth)) {
      const call = scribe.convTranspose(`decoder.conv${i + 1}`, "h", [4, 2, 1]);
      decode.push(i < depth - 1 ? relu(call) : `h = ${call}`);
    }
    return { encode, decode };
  },

  conv({ scribe, image }) {
    const sizes = [[image.height, image.width] as const];
    while (Math.min(...sizes.at(-1)!) >= 8) {
      const [height, width] = sizes.at(-1)!;
      sizes.push([Math.floor(height / 2), Math.floor(width / 2)]);
    }
    const depth = sizes.length - 1;
    const encode = halvings(scribe, depth);
    encode.push(relu(scribe.linear("encoder.fc", "h.flatten(1)")), moments(scribe));
    const [height, width] = sizes[depth]!;
    const decode = [
      relu(scribe.linear("decoder.fc1", "z")),
      relu(scribe.linear("decoder.fc2", "h")),
      `h = h.view(-1, ${scribe.sizes(`encoder.conv${depth}`)[1]}, ${height}, ${width})`,
    ];
    for (const i of range(depth)) {
      const [rows, columns] = sizes[depth - 1 - i]!;
      const call = scribe.convTranspose(`decoder.conv${i + 1}`, "h", [4, 2, 1], [rows % 2, columns % 2]);
      decode.push(i < depth - 1 ? relu(call) : `h = ${call}`);
    }
    return { encode, decode };
  },

  residual({ scribe, model: { blocks, attention }, image }) {
    const depth = range(64).findIndex((i) => scribe.sizes(`encoder.level${i + 1}.down`)[1] === 0);
    const silu = (norm: string, x: string): string => `F.silu(${scribe.groupNorm(norm, x, 8)})`;
    const level = (name: string, isLowest: boolean): string[] => {
      const lines = range(blocks as number).map((b) => {
        const block = `${name}.block${b + 1}`;
        const first = scribe.conv(`${block}.conv1`, silu(`${block}.norm1`, "h"), 3, 1, 1);
        return `h = h + ${scribe.conv(`${block}.conv2`, silu(`${block}.norm2`, first), 3, 1, 1)}`;
      });
      if (!isLowest || attention !== true) return lines;
      const at = `${name}.attention`;
      const [query, key, value] = ["query", "key", "value"].map(
        (one) => `${scribe.conv(`${at}.${one}`, "n", 1, 1, 0)}.flatten(2).transpose(1, 2)`,
      );
      return [
        ...lines,
        `n = ${scribe.groupNorm(`${at}.norm`, "h", 8)}`,
        `a = F.scaled_dot_product_attention(${query}, ${key}, ${value})`,
        `h = h + ${scribe.conv(`${at}.output`, "a.transpose(1, 2).reshape(h.shape)", 1, 1, 0)}`,
      ];
    };
    const encode = range(depth).flatMap((i) => {
      const name = `encoder.level${i + 1}`;
      return [
        `h = ${scribe.conv(`${name}.down`, i === 0 ? "x" : "h", 4, 2, 1)}`,
        ...level(name, i === depth - 1),
      ];
    });
    encode.push(`h = ${silu("encoder.norm", "h")}.flatten(1)`, moments(scribe));
    const lowest = scribe.sizes(`encoder.level${depth}.down`)[1];
    const [height, width] = [image.height / 2 ** depth, image.width / 2 ** depth];
    const decode = [`h = ${scribe.linear("decoder.fc", "z")}.view(-1, ${lowest}, ${height}, ${width})`];
    for (const i of range(depth).toReversed()) {
      const name = `decoder.level${i + 1}`;
      decode.push(...level(name, i === depth - 1));
      decode.push(`h = ${scribe.conv(`${name}.up`, "F.interpolate(h, scale_factor=2)", 3, 1, 1)}`);
    }
    decode.push(`h = ${scribe.conv("decoder.output", silu("decoder.norm", "h"), 3, 1, 1)}`);
    return { encode, decode };
  },
};

const relu = (call: string): string => `h = torch.relu(${call})`;

const halvings = (scribe: Scribe, depth: number): string[] =>
  range(depth).map((i) => relu(scribe.conv(`encoder.conv${i + 1}`, i === 0 ? "x" : "h", 4, 2, 1)));

function moments(scribe: Scribe): string {
  const both = ["mean", "log_variance"].map((one) => scribe.linear(`encoder.${one}`, "h"));
  return `return ${both.join(", ")}`;
}
