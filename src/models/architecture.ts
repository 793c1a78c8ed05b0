/**
 * What an architecture is: two functions of a context, one to the posterior and one back to pixels. Which
 * likelihood reads the decoder's output, and which objective trains it, is not its business.
 */

import type { z } from "zod";
import type { Definition } from "../base/definitions.ts";
import { BetalabError } from "../base/errors.ts";
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
  /** What it derived from the pictures' size, by name: width, depth. */
  readonly derived?: Readonly<Record<string, number>>;
}

/** The config's section `model` names it as `architecture`, beside its options. */
export interface Architecture<Name extends string = string, Options extends z.ZodObject = z.ZodObject>
  extends Definition<Name, Options> {
  /** Throws a "config" error that names the size when it can't take images of this shape. */
  create(options: z.output<Options>, image: ImageShape, latentDim: number): Network;
}

/** Keeps the exact types of name and options, from which a config's are made. */
export function architecture<const Name extends string, Options extends z.ZodObject>(
  definition: Architecture<Name, Options>,
): Architecture<Name, Options> {
  return definition;
}

/** What an architecture throws that can't take images of this shape. */
export const wrongImages = (name: string, taken: string, image: ImageShape, remedy: string): BetalabError =>
  new BetalabError(
    "config",
    `model.architecture ${name} takes images ${taken}, not ${formatImage(image)}`,
    remedy,
  );

/** "28×28×1". */
export function formatImage({ height, width, channels }: ImageShape): string {
  return `${height}×${width}×${channels}`;
}
