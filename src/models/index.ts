/** Models: architectures, likelihoods, priors and the VAE that joins them. */

export {
  type Architecture,
  architecture,
  formatImage,
  type ImageShape,
  type Network,
} from "./architecture.ts";
export { createVae, type ModelDescription, type ModelParts } from "./create.ts";
export {
  bitsPerDimension,
  type Decoding,
  type Likelihood,
  likelihood,
  type PixelFacts,
} from "./likelihoods/likelihood.ts";
export { fillOneHot } from "./one-hot.ts";
export {
  type BuiltPrior,
  type Mixture,
  mixtureLogDensity,
  type Prior,
  prior,
} from "./priors/prior.ts";
export { architectures, likelihoods, priors } from "./registry.ts";
export { rowsPerCall } from "./rows.ts";
export { type Inference, Vae } from "./vae.ts";
