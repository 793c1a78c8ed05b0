/**
 * betalab as a library, in Node: `createWorkbench` gives every job as a function; the rooms below have doors of their
 * own, as `betalab/graph`, where a page or another program needs just a part.
 */

export { BetalabError, type ErrorCode } from "./base/errors.ts";
export {
  type Config,
  type ConfigInput,
  configuration,
  defineConfig,
  extend,
  preset,
  type Registries,
  type Resolved,
  type ResolveOptions,
} from "./config/index.ts";
export { resolveConfig, shipped } from "./config/node.ts";
export type { Dataset, Factors, ImageArray, Images, Labels, Split } from "./data/index.ts";
export { openDataset } from "./data/node.ts";
export {
  type AnyExecutor,
  type Artifact,
  type Context,
  type Delivery,
  type Drawing,
  defineJob,
  type Encoded,
  type Executor,
  type ExecutorDefinition,
  type ExecutorPlace,
  encodeArtifact,
  executor,
  fileSink,
  type Job,
  type JobEvent,
  type LookOptions,
  type Outcome,
  type Sink,
  type Stage,
  type SweptRun,
  type Task,
  type TaskOutcome,
  type TaskStatus,
  type Teller,
  telling,
  withModel,
} from "./jobs/index.ts";
export { LatentModel, type Posteriors } from "./latent/index.ts";
export {
  buildJob,
  buildModel,
  type OpenModel,
  OpenRun,
  openModel,
  type PreparedJob,
  type PrepareOptions,
} from "./trained/index.ts";
export {
  createWorkbench,
  type Extensions,
  type Following,
  loadWorkbench,
  type Result,
  type Surroundings,
  type WithShipped,
  type Workbench,
} from "./workbench/index.ts";
