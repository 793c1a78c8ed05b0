/** Looking at trained models: one file for each command. */

export { type CurvesDrawn, type CurvesOptions, drawCurves } from "./curves.ts";
export { drawEmbedding, type Embedded, type EmbedOptions } from "./embed.ts";
export type { Drawn } from "./files.ts";
export { drawInterpolation, type Interpolated, type InterpolateOptions } from "./interpolate.ts";
export type { LookOptions } from "./looking.ts";
export { drawManifold, type ManifoldDrawn, type ManifoldOptions } from "./manifold.ts";
export { drawProgress, type ProgressDrawn, type ProgressOptions, progressSubjects } from "./progress.ts";
export { drawReconstructions, type Reconstructed, type ReconstructOptions } from "./reconstruct.ts";
export { drawSamples, type Sampled, type SampleOptions } from "./sample.ts";
export { drawTraversals, type Traversed, type TraverseOptions } from "./traverse.ts";
export { drawUsage, type UsageOptions, type Used } from "./usage.ts";
