/** The two halves of a trained model as programs: what is run here is what is exported. */

import { input, type Program, type Tensor } from "../graph/index.ts";
import type { Vae } from "../models/index.ts";
import { type Note, StateContext, type StateSpec } from "../nn/index.ts";

/** A half of the model, and the weights that it needs. */
export interface Half {
  /** The weights are inputs by name; so is what the half takes. */
  readonly program: Program;
  readonly weights: readonly StateSpec[];
  /** Scalars that the model tells of itself; they depend on the weights alone. */
  readonly notes: ReadonlyMap<string, Note>;
}

function half(
  name: string,
  vae: Vae,
  data: readonly Tensor[],
  build: (context: StateContext, label: Tensor | undefined) => Record<string, Tensor>,
): Half {
  const context = new StateContext("infer");
  const label = vae.labelInput("batch");
  const outputs = build(context, label);
  const labels = label === undefined ? [] : [label];
  return {
    program: { name, inputs: [...context.tensors().values(), ...data, ...labels], outputs },
    weights: [...context.specs.values()],
    notes: context.notes,
  };
}

// A conditional model's halves also take `label`, one-hot `[batch, classes]`.

/** `image`, float32 `[batch, height, width, channel]` in [0, 1] → `mean` and `logVariance`, each `[batch, latent]`. */
export function encoderProgram(vae: Vae): Half {
  const { height, width, channels } = vae.image;
  const image = input("image", ["batch", height, width, channels]);
  return half("encoder", vae, [image], (context, label) => ({ ...vae.encode(context, image, label) }));
}

/** `latent`, `[batch, latent]` → `image`, the pixels' means, `[batch, height, width, channel]` in [0, 1]. */
export function decoderProgram(vae: Vae): Half {
  const latent = input("latent", ["batch", vae.latentDim]);
  return half("decoder", vae, [latent], (context, label) => ({ image: vae.decode(context, latent, label) }));
}

/** The prior's components, of the weights alone: `logWeights`, `mean`, `logVariance`; undefined for N(0, I). */
export function priorProgram(vae: Vae): Half | undefined {
  if (vae.hasStandardPrior) return undefined;
  return half("prior", vae, [], (context) => ({ ...vae.mixture(context)! }));
}

/**
 * `pixels`, uint8 `[batch, height, width, channel]`, and `latent` → `reconstruction`: −ln p(x|z) of each image under
 * its latent, `[batch]`, in nats.
 */
export function weighingProgram(vae: Vae): Half {
  const { height, width, channels } = vae.image;
  const pixels = input("pixels", ["batch", height, width, channels], "uint8");
  const latent = input("latent", ["batch", vae.latentDim]);
  return half("weighing", vae, [pixels, latent], (context, label) => ({
    reconstruction: vae.weigh(context, vae.scale(pixels), latent, label),
  }));
}
