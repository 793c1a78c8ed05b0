/** The latent room: a trained model to encode, decode, reconstruct and sample with; interpolation paths, traversal ranges, 2-D projections. Runs anywhere. */

export {
  encodeSplit,
  imageFeeds,
  imageInputs,
  joinPosteriors,
  labelFeed,
  type Posteriors,
  type SplitPosteriors,
  type TrainedModel,
} from "./encode.ts";
export {
  type Corners,
  type InterpolationKind,
  interpolate,
  interpolationGrid,
  interpolationKinds,
  interpolationPath,
} from "./interpolate.ts";
export { type ManifoldGrid, manifoldGrid } from "./manifold.ts";
export { type Classes, LatentModel } from "./model.ts";
export {
  type NeighbourOptions,
  type Neighbours,
  nearestNeighbourAccuracy,
  nearestNeighbours,
} from "./neighbours.ts";
export { type Pca, pca } from "./pca.ts";
export {
  type PriorMixture,
  priorDraws,
  priorLogDensities,
  priorMedians,
  priorOf,
  priorQuantiles,
} from "./prior.ts";
export { decoderProgram, encoderProgram, type Half, priorProgram, weighingProgram } from "./programs.ts";
export {
  type Projected,
  type Projection,
  type ProjectionInput,
  type ProjectionRequest,
  project,
  projection,
  projections,
} from "./project.ts";
export { type Reconstructed, reconstructions } from "./reconstructions.ts";
export {
  activityThreshold,
  descending,
  isActiveUnit,
  isActivityKnown,
  klPerDimension,
  type LatentStatistics,
  latentStatistics,
} from "./statistics.ts";
export {
  checkDimension,
  describeRange,
  needsStatistics,
  offsetLatents,
  rangeKinds,
  rangeValues,
  sheetLatents,
  type TraversalRange,
  thereAndBack,
  traversalLatents,
} from "./traverse.ts";
export { type TsneOptions, type TsneResult, tsne } from "./tsne/tsne.ts";
export { type UmapOptions, umap } from "./umap.ts";
export { decoderWeightNorms } from "./usage.ts";
