/** Neural-network parts on top of the graph: layers, initialisers, distributions, optimisers. */

export { type Context, StateContext, type StateSpec } from "./context.ts";
export * from "./distributions.ts";
export { fanInUniform, fill, glorotUniform, type Initializer, initialize, uniform } from "./initializers.ts";
export { batchNorm, conv2d, convTranspose2d, diagonalNormal, linear } from "./layers.ts";
export {
  type AdamOptions,
  adam,
  adamScalars,
  adamState,
  clipGlobalNorm,
  decayWeights,
} from "./optimizers.ts";
export {
  type Position,
  type Schedule,
  type ScheduleInput,
  scheduleOf,
  startsTooLate,
  valueAt,
} from "./schedules.ts";
