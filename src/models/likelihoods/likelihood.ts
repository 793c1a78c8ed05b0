/** What a likelihood is: how the decoder's output becomes a density over pixels in [0, 1], and their mean. */

import type { z } from "zod";
import type { Definition } from "../../base/definitions.ts";
import { BetalabError } from "../../base/errors.ts";
import { sigmoid, type Tensor } from "../../graph/index.ts";
import type { Context, Schedule } from "../../nn/index.ts";
import type { Network } from "../architecture.ts";

/** The config's section `model.likelihood` names it as `kind`, beside its options. */
export interface Likelihood<Name extends string = string, Options extends z.ZodObject = z.ZodObject>
  extends Definition<Name, Options> {
  /** Throws a "config" error when it can't read an architecture's output. */
  create(options: z.output<Options>, output: Network["output"]): Decoding;
}

export interface Decoding {
  /**
   * −ln p(x | decoder's output), normalised, summed over pixels and channels, in nats: `[batch]`. State that it
   * learns (a σ) is the context's.
   */
  negativeLogLikelihood(x: Tensor, output: Tensor, context: Context): Tensor;
  /** The mean of the density: what is shown as the picture, in [0, 1]. */
  mean(output: Tensor): Tensor;
  /** "mass": p is a probability of the stored pixels. "density": one over [0, 1], per pixel. */
  readonly measure: "mass" | "density";
  /** Numbers that follow a schedule; the context serves them while training. */
  readonly scalars?: Readonly<Record<string, Schedule>>;
  /** Said once when it is used on data that it is no density for; `undefined` when it fits. */
  caveat(data: PixelFacts): string | undefined;
  /** Why it can't be used on such data at all; `undefined` when it can. */
  misfit?(data: PixelFacts): string | undefined;
}

/** What a likelihood must know of the data. */
export interface PixelFacts {
  /** Every pixel is 0 or 1. */
  readonly binary: boolean;
}

/** Keeps the exact types of name and options, from which a config's are made. */
export function likelihood<const Name extends string, Options extends z.ZodObject>(
  definition: Likelihood<Name, Options>,
): Likelihood<Name, Options> {
  return definition;
}

/** Throws a "config" error for an architecture whose last layer squashes to [0, 1]. */
export function needLogits(kind: string, output: Network["output"]): void {
  if (output === "real") return;
  throw new BetalabError(
    "config",
    `model.likelihood ${kind} needs logits, but this architecture's last layer squashes to [0, 1]`,
    "use model.likelihood gaussian",
  );
}

/** The decoder's output as a pixel in [0, 1], where a likelihood needs a location and not logits. */
export function toPixel(output: Network["output"]): (decoded: Tensor) => Tensor {
  return output === "real" ? sigmoid : (decoded) => decoded;
}

/**
 * Nats per image as bits per pixel and channel. A density over [0, 1] is measured against the width of one of
 * 256 grey levels, which adds 8 bits: so it compares with the mass of 8-bit pixels, and is a bound on that only as
 * far as the density is flat over a level.
 *
 * @param dimensions pixels × channels
 */
export function bitsPerDimension(nats: number, dimensions: number, measure: Decoding["measure"]): number {
  return nats / (dimensions * Math.LN2) + (measure === "density" ? 8 : 0);
}
