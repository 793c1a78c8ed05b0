/** From the `model` section of a resolved config to the model: in Node and in a page alike. */

import { pick } from "../base/definitions.ts";
import type { Architecture, ImageShape } from "./architecture.ts";
import type { Likelihood } from "./likelihoods/likelihood.ts";
import { Vae } from "./vae.ts";

/** Names and options, checked and with every default filled in: the architecture's and the likelihood's own keys. */
export interface ModelDescription {
  readonly architecture: string;
  readonly latentDim: number;
  readonly likelihood: { readonly kind: string; readonly [option: string]: unknown };
  readonly [option: string]: unknown;
}

/** What a description's names are looked up in. */
export interface ModelParts {
  readonly architectures: readonly Architecture[];
  readonly likelihoods: readonly Likelihood[];
  /** Names of the classes of a conditional model; absent: it sees no labels. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * Throws "config" when there is no such architecture or likelihood, when the architecture can't take images of this
 * shape, or the likelihood not what it makes of them.
 */
export function createVae(
  model: ModelDescription,
  image: ImageShape,
  { architectures, likelihoods, classes }: ModelParts,
): Vae {
  const architecture = pick(architectures, model.architecture, "model.architecture");
  const likelihood = pick(likelihoods, model.likelihood.kind, "model.likelihood.kind");
  const network = architecture.create(model, image, model.latentDim);
  const decoding = likelihood.create(model.likelihood, network.output);
  return new Vae(image, model.latentDim, network, decoding, classes);
}
