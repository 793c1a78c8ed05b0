/**
 * betalab as a library, in Node: whole jobs (train, resume, look at a run) and the config that they take. The
 * rooms below it have doors of their own where a page or another program needs just a part, as `betalab/graph`.
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
export { OpenRun, type Place, type RunEvent, resume, train } from "./jobs/index.ts";
export { LatentModel, type Posteriors } from "./latent/index.ts";
