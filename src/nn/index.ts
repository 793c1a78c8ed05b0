/** Neural-network parts on top of the graph: layers, initialisers, distributions, optimisers. */

export { type Context, type Note, StateContext } from "./context.ts";
export * from "./distributions.ts";
export {
  fanInUniform,
  fill,
  glorotLinear,
  glorotUniform,
  type Initializer,
  type LinearInitializers,
  pytorchLinear,
  uniform,
} from "./initializers.ts";
export {
  batchNorm,
  conv2d,
  convTranspose2d,
  diagonalNormal,
  groupNorm,
  linear,
  selfAttention,
  upsampledConv2d,
} from "./layers.ts";
export * from "./optimizers/index.ts";
export {
  type Position,
  type Schedule,
  type ScheduleInput,
  scheduleOf,
  startsTooLate,
  valueAt,
} from "./schedules.ts";
export { initialize, type StateSpec, unpacked } from "./state.ts";
