/** The config's door: schema, resolution, registries. Runs in a page; `node.ts` adds files and what is shipped. */

export { combinators, expand, type Settings, type Space } from "./algebra.ts";
export {
  type Configuration,
  configuration,
  parseSetting,
  type Resolved,
  type ResolveOptions,
} from "./configuration.ts";
export { type Difference, differences } from "./differences.ts";
export { type FileReader, isConfigFile, nameOfFile, readValues } from "./files.ts";
export { formatConfig } from "./format.ts";
export { folderName } from "./general.ts";
export { identityOf, undecided } from "./identity.ts";
export { type ConfigInput, defineConfig } from "./input.ts";
export { runNames, shortKeys } from "./naming.ts";
export { type Preset, preset } from "./presets/preset.ts";
export {
  extend,
  type Joined,
  type ModuleFile,
  type OwnRegistries,
  type Registries,
  type Registry,
  registryNames,
} from "./registries.ts";
export { checkExtensions, type RequiredExtension, requiredExtensions } from "./requirements.ts";
export { schedulesIn } from "./schedules.ts";
export type { Config } from "./schema.ts";
export type { ConfigSections } from "./sections.ts";
export { leavesOf } from "./shape.ts";
export { type Shipped, shippedWith } from "./shipped.ts";
