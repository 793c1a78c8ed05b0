/** What a preset is: a named config that says where its settings come from. */

import type { sources } from "../../data/node.ts";
import type { architectures, likelihoods, priors } from "../../models/index.ts";
import type { optimizers } from "../../nn/index.ts";
import type { objectives } from "../../objectives/index.ts";
import type { ConfigSections } from "../sections.ts";

/** The registries that our own presets choose from. */
interface Parts {
  readonly architectures: typeof architectures;
  readonly likelihoods: typeof likelihoods;
  readonly priors: typeof priors;
  readonly objectives: typeof objectives;
  readonly optimizers: typeof optimizers;
  readonly sources: typeof sources;
}

export type PresetConfig = ConfigSections<Parts>;

export interface Preset<Name extends string = string> {
  readonly name: Name;
  /** One line for lists. */
  readonly summary: string;
  /** Where the settings come from. */
  readonly source: string;
  /** Why some values are what they are, by path. */
  readonly reasons?: Readonly<Record<string, string>>;
  /** Settings that depend on what else was chosen, by the values of all layers together; those of later layers win. */
  fit?(values: Readonly<Record<string, unknown>>): object | undefined;
  /** A run is called after the preset unless this has a name of its own. */
  readonly config: object;
}

/** Keeps the exact name, for completion in a config; checks the config against what is shipped. */
export function preset<const Name extends string>(
  definition: Preset<Name> & {
    readonly config: PresetConfig;
    fit?(values: Readonly<Record<string, unknown>>): PresetConfig | undefined;
  },
): Preset<Name> {
  return definition;
}
