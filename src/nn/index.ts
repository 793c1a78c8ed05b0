/** Neural-network parts on top of the graph: layers, initialisers, distributions, optimisers. */

export { type Context, StateContext, type StateSpec } from "./context.ts";
export * from "./distributions.ts";
export { fanInUniform, fill, type Initializer, initialize } from "./initializers.ts";
export { batchNorm, conv2d, convTranspose2d, linear } from "./layers.ts";
export {
  type AdamOptions,
  adam,
  adamScalars,
  adamState,
  clipGlobalNorm,
  decayWeights,
} from "./optimizers.ts";
