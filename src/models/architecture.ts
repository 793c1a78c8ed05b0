/**
 * What an architecture is: two functions of a context, one to the posterior and one back to pixels. Which
 * likelihood reads the decoder's output, and which objective trains it, is not its business.
 */

import type { z } from "zod";
import type { Tensor } from "../graph/index.ts";
import type { Context, DiagonalNormal } from "../nn/index.ts";

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface Network {
  /** `[batch, channel, height, width]` pixels in [0, 1] → posterior, mean and ln σ² each `[batch, latent]`. */
  encode(context: Context, x: Tensor): DiagonalNormal;
  /** `[batch, latent]` → `[batch, channel, height, width]`. */
  decode(context: Context, z: Tensor): Tensor;
  /** "real": any number (logits, say). "pixel": the last layer already squashes to [0, 1]. */
  readonly output: "real" | "pixel";
}

export interface Architecture<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** One line for `betalab presets` and `--help`. */
  readonly summary: string;
  /** Its keys in the config's `model` section. */
  readonly options: S;
  /** Throws a "config" error that names the size when it can't take images of this shape. */
  create(options: z.output<S>, image: ImageShape, latentDim: number): Network;
}

/** Keeps the options' type while a registry forgets it. */
export function architecture<S extends z.ZodObject>(definition: Architecture<S>): Architecture<S> {
  return definition;
}

/** "28×28×1". */
export function formatImage({ height, width, channels }: ImageShape): string {
  return `${height}×${width}×${channels}`;
}
