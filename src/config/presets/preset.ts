/** What a preset is: a named config that says where its settings come from. */

import type { ConfigInput } from "../schema.ts";

export interface Preset {
  /** One line for `betalab presets`. */
  readonly summary: string;
  /** Where the settings come from. */
  readonly source: string;
  readonly config: ConfigInput;
}

export type Presets = Readonly<Record<string, Preset>>;
