/** A trained model and its run: built from a config, opened again, exported for other software. */

export { betaOf } from "./beta.ts";
export {
  buildJob,
  buildModel,
  buildObjective,
  buildOptimizer,
  imageShape,
} from "./build.ts";
export { halved, modelFiles, precisions, type Trained } from "./export.ts";
export { likelihoodInForce } from "./in-force.ts";
export { inferenceState } from "./inference-state.ts";
export { bestOf, progressOf, usedCheckpoint } from "./newest.ts";
export { builtOf, configOf, extensionNotes, isExported, OpenRun, openModel } from "./open.ts";
export { readDescription } from "./open-exported.ts";
export { type OpenModel, trainedModel } from "./open-model.ts";
export { dataContext, type ModelPlace, type Place, recordedPlace } from "./place.ts";
export { posteriorsOf, weightsHash } from "./posteriors.ts";
export { modelInMemory, type PreparedJob, type PrepareOptions, prepareTraining } from "./prepare.ts";
export { pytorchFiles } from "./pytorch/export.ts";
export { floatsOf } from "./pytorch/floats.ts";
export { type KnownNet, recognise, sizesOf, unwrapped } from "./pytorch/known.ts";
export { matchTensors } from "./pytorch/match.ts";
export { versions } from "./version.ts";
