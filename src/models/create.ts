/** From the `model` section of a resolved config to the model: in Node and in a page alike. */

import { pick } from "../base/definitions.ts";
import { BetalabError } from "../base/errors.ts";
import type { Architecture, ImageShape } from "./architecture.ts";
import type { Likelihood } from "./likelihoods/likelihood.ts";
import type { Prior } from "./priors/prior.ts";
import { Vae } from "./vae.ts";

/** Names and options, checked and with every default filled in: the own keys of architecture, likelihood and prior. */
export interface ModelDescription {
  readonly architecture: string;
  readonly latentDim: number;
  /** Absent: N(0, I). */
  readonly prior?: { readonly kind: string; readonly [option: string]: unknown } | undefined;
  readonly likelihood: { readonly kind: string; readonly [option: string]: unknown };
  readonly [option: string]: unknown;
}

/** What a description's names are looked up in. */
export interface ModelParts {
  readonly architectures: readonly Architecture[];
  readonly likelihoods: readonly Likelihood[];
  readonly priors?: readonly Prior[] | undefined;
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
  { architectures, likelihoods, priors = [], classes }: ModelParts,
): Vae {
  const architecture = pick(architectures, model.architecture, "model.architecture");
  const likelihood = pick(likelihoods, model.likelihood.kind, "model.likelihood.kind");
  const network = architecture.create(model, image, model.latentDim);
  const decoding = likelihood.create(model.likelihood, network.output);
  const prior = model.prior && pick(priors, model.prior.kind, "model.prior.kind").create(model.prior);
  if (classes !== undefined && prior?.mixture !== undefined) {
    throw new BetalabError(
      "config",
      `model.prior.kind ${model.prior?.kind} is a prior without labels, and the model is conditional`,
      "leave model.prior out, or choose another objective",
    );
  }
  return new Vae(image, model.latentDim, network, decoding, classes, prior);
}
