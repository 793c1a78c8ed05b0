/** From the `model` section of a resolved config to the model: in Node and in a page alike. */

import type { Architecture, ImageShape } from "./architecture.ts";
import type { Likelihood } from "./likelihoods/likelihood.ts";
import { architectures, likelihoods } from "./registry.ts";
import { Vae } from "./vae.ts";

/** Names and options, checked and with every default filled in: the architecture's and the likelihood's own keys. */
export interface ModelDescription {
  readonly architecture: string;
  readonly latentDim: number;
  readonly likelihood: { readonly kind: string; readonly [option: string]: unknown };
  readonly [option: string]: unknown;
}

/**
 * Throws "config" when the architecture can't take images of this shape, or the likelihood not what it makes of them.
 *
 * @param classes names of the classes of a conditional model
 */
export function createVae(model: ModelDescription, image: ImageShape, classes?: readonly string[]): Vae {
  const architecture: Architecture = named(architectures, (one) => one.name, model.architecture);
  const likelihood: Likelihood = named(likelihoods, (one) => one.kind, model.likelihood.kind);
  const network = architecture.create(model, image, model.latentDim);
  const decoding = likelihood.create(model.likelihood, network.output);
  return new Vae(image, model.latentDim, network, decoding, classes);
}

function named<T>(registry: readonly T[], nameOf: (one: T) => string, name: string): T {
  const found = registry.find((one) => nameOf(one) === name);
  if (found === undefined) throw new Error(`internal: the config let "${name}" through`);
  return found;
}
