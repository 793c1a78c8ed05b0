/** The config's door: schema, presets, resolution. */

import { z } from "zod";
import { configSchema } from "./schema.ts";

export { combinators, expand, type Settings, type Space } from "./algebra.ts";
export { formatConfig } from "./format.ts";
export { canonicalJson, type Difference, differences, identityOf } from "./identity.ts";
export { runNames, shortKeys } from "./naming.ts";
export { type Preset, presets } from "./presets/index.ts";
export { dataSection, type Resolved, type ResolveOptions, resolveConfig, resolveObject } from "./resolve.ts";
export { schedulesIn } from "./schedules.ts";
export { type Config, type ConfigInput, configSchema } from "./schema.ts";

/** The JSON Schema of a config file, for editors (`$schema`). */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input" });
}
