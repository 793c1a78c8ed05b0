/** A config as a person writes it, typed from the registries: an editor completes presets, kinds and keys. */

import type { Registries } from "./registries.ts";
import type { ConfigSections } from "./sections.ts";
import type { Shipped } from "./shipped.ts";

/** A config as it is written; with `preset` it says only what differs. */
export interface ConfigInput<R extends Registries = Shipped> extends ConfigSections<R> {
  readonly $schema?: string;
  // The second form leaves other names open, and the completion of the first intact.
  readonly preset?: R["presets"][number]["name"] | (string & {});
}

/** A config with completion in an editor; the value is what was given. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
