/** The two halves of a trained model as programs: what is run here is what is exported. */

import { input, type Program, type Tensor } from "../graph/index.ts";
import type { Vae } from "../models/index.ts";
import { StateContext, type StateSpec } from "../nn/index.ts";

/** A half of the model, and the weights that it needs. */
export interface Half {
  /** The weights are inputs by name; so is what the half takes. */
  readonly program: Program;
  readonly weights: readonly StateSpec[];
}

function half(name: string, data: Tensor, build: (context: StateContext) => Record<string, Tensor>): Half {
  const context = new StateContext("infer");
  const outputs = build(context);
  return {
    program: { name, inputs: [...context.tensors().values(), data], outputs },
    weights: [...context.specs.values()],
  };
}

/** `image`, float32 `[batch, height, width, channel]` in [0, 1] → `mean` and `logVariance`, each `[batch, latent]`. */
export function encoderProgram(vae: Vae): Half {
  const { height, width, channels } = vae.image;
  const image = input("image", ["batch", height, width, channels]);
  return half("encoder", image, (context) => ({ ...vae.encode(context, image) }));
}

/** `latent`, `[batch, latent]` → `image`, the pixels' means, `[batch, height, width, channel]` in [0, 1]. */
export function decoderProgram(vae: Vae): Half {
  const latent = input("latent", ["batch", vae.latentDim]);
  return half("decoder", latent, (context) => ({ image: vae.decode(context, latent) }));
}
