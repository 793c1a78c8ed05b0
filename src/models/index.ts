/** Models: architectures, likelihoods and the VAE that joins them. */

export { type Architecture, formatImage, type ImageShape, type Network } from "./architecture.ts";
export { createVae, type ModelDescription } from "./create.ts";
export {
  bitsPerDimension,
  type Decoding,
  type Likelihood,
  type PixelFacts,
} from "./likelihoods/likelihood.ts";
export { architectures, likelihoods } from "./registry.ts";
export { type Inference, Vae } from "./vae.ts";
