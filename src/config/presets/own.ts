/** Starting points of our own: the demo, and anyone's pictures. */

import { type PresetConfig, preset } from "./preset.ts";

export const demo = preset({
  name: "demo",
  summary: "handwriting-like digits drawn here, in about half a minute",
  source: "ours",
  config: {
    data: { source: "digits", batchSize: 128 },
    model: { architecture: "mlp", hidden: [400], latentDim: 10 },
    objective: { kind: "beta", beta: 1 },
    training: { epochs: 40, stepsPerCall: 8 },
  },
});

/** Pixels of the shorter side of the smallest map that `residual` may be left with. */
const SMALLEST_MAP = 16;
/** The shorter side that `conv` needs. */
const SMALLEST_CONV = 8;

/** A net for pictures of this size, where the preset's own is not for it. */
function netFor(size: unknown): PresetConfig["model"] | undefined {
  const sides = [size].flat().filter((side) => typeof side === "number" && side > 0) as number[];
  if (sides.length === 0 || sides.every((side) => side === 64)) return undefined;
  const shorter = Math.min(...sides);
  const halvings = Math.max(1, Math.ceil(Math.log2(shorter / SMALLEST_MAP)));
  if (sides.every((side) => side % 2 ** halvings === 0)) return { architecture: "residual" };
  return { architecture: shorter < SMALLEST_CONV ? "mlp" : "conv" };
}

export const folder = preset({
  name: "folder",
  summary: "anyone's pictures, a folder of them, at 64×64 in colour or any other size",
  source:
    "ours: batch norm starts to learn within a hundred steps where a plain net takes thousands, σ = 0.05 keeps " +
    "detail; at other sizes than 64 the net is residual where the sides halve evenly, else conv",
  config: {
    data: { source: "folder", size: 64, channels: 3, batchSize: 16, flip: true },
    model: { architecture: "celeba", latentDim: 64, likelihood: { kind: "gaussian", sigma: 0.05 } },
    objective: { kind: "beta", beta: 1 },
    optimizer: { learningRate: 1e-3 },
    training: { epochs: 60, stepsPerCall: 1 },
  },
  fit({ data }) {
    const model = netFor((data as { size?: unknown } | undefined)?.size);
    return model && { model };
  },
});

const sized = <const Size extends 128 | 256>(size: Size, latentDim: number) =>
  preset({
    name: `folder-${size}`,
    summary: `anyone's pictures, a folder of them, at ${size}×${size} in colour, with residual blocks`,
    source:
      "ours: width and depth by the picture's size, σ = 0.05 keeps detail, averaged weights make up for small batches",
    reasons: {
      "optimizer.averaging": "evaluation, pictures and export use weights averaged over a thousand steps",
    },
    config: {
      data: { source: "folder", size, channels: 3, batchSize: 16, flip: true },
      model: { architecture: "residual", latentDim, likelihood: { kind: "gaussian", sigma: 0.05 } },
      objective: { kind: "beta", beta: 1 },
      optimizer: { learningRate: 1e-3, averaging: 0.999 },
      training: { epochs: 100, stepsPerCall: 1 },
    },
  });

export const sizedFolders = [sized(128, 128), sized(256, 256)] as const;
