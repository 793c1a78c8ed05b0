/** What a likelihood is: how the decoder's output becomes a density over pixels in [0, 1], and their mean. */

import type { z } from "zod";
import type { Tensor } from "../../graph/index.ts";
import type { Network } from "../architecture.ts";

export interface Likelihood<S extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly summary: string;
  /** Its keys in the config's `model.likelihood`, beside `kind`. */
  readonly options: S;
  create(options: z.output<S>, output: Network["output"]): Decoding;
}

export interface Decoding {
  /** −ln p(x | decoder's output), normalised, summed over pixels and channels, in nats: `[batch]`. */
  negativeLogLikelihood(x: Tensor, output: Tensor): Tensor;
  /** The mean of the density: what is shown as the picture, in [0, 1]. */
  mean(output: Tensor): Tensor;
  /** Said once when it is used on data that it is no density for; `undefined` when it fits. */
  caveat(data: { readonly binary: boolean }): string | undefined;
}

export function likelihood<S extends z.ZodObject>(definition: Likelihood<S>): Likelihood<S> {
  return definition;
}
