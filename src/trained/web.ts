/** What of this room runs in a page: from a resolved config to model, objective and training job. */

export { type Built, buildJob, buildModel, buildObjective, buildOptimizer, imageShape } from "./build.ts";
export { inferenceState } from "./inference-state.ts";
