/** What of this room runs in a page: from a resolved config to model, objective and training job. */

export { type Built, buildJob, buildModel, buildObjective, buildOptimizer, imageShape } from "./build.ts";
export { modelFiles } from "./export.ts";
export { inferenceState } from "./inference-state.ts";
export { progressOf } from "./newest.ts";
