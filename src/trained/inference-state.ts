/** Which part of a training's state a trained model is used with. */

import { input } from "../graph/index.ts";
import type { Vae } from "../models/index.ts";
import { StateContext, type StateSpec } from "../nn/index.ts";

/** All state that a trained model is used with: its encoder's, its decoder's, and what its likelihood learned. */
export function inferenceState(vae: Vae): StateSpec[] {
  const { height, width, channels } = vae.image;
  const context = new StateContext("infer");
  const images = input("images", ["batch", height, width, channels]);
  vae.infer(context, images, input("noise", ["batch", vae.latentDim]), vae.labelInput("batch"));
  return [...context.specs.values()];
}
