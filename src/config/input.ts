/** A config as a person writes it, typed from the registries: an editor completes presets, kinds and keys. */

import type { z } from "zod";
import type { Definition } from "../base/definitions.ts";
import type { sharedOptions as dataOptions } from "../data/index.ts";
import type { Device } from "../runtime/index.ts";
import type { Monitor } from "../training/index.ts";
import type { Registries } from "./registries.ts";
import type { Shipped } from "./shipped.ts";

/** A definition's own keys; without the index signature that the input of an empty zod object has. */
type Own<Input, Key extends string> = {
  readonly [K in keyof Input as string extends K ? never : K extends Key ? never : K]: Input[K];
};

/** One variant's keys; the key that chooses it may be left to the preset. Of a variant that isn't known, any. */
type Choice<Key extends string, D> =
  D extends Definition<infer Name, infer Options>
    ? string extends Name
      ? Readonly<Record<string, unknown>>
      : { readonly [K in Key]?: Name } & Own<z.input<Options>, Key>
    : never;

/** The registries that a section of the config chooses from. */
type Sectioned = "architectures" | "likelihoods" | "objectives" | "optimizers" | "sources";

/** What a config may say, whatever it builds on. */
export interface ConfigSections<R extends Pick<Registries, Sectioned>> {
  readonly name?: string;
  readonly seed?: number;
  readonly device?: Device;
  readonly threads?: number;
  readonly data?: Choice<"source", R["sources"][number]> & Partial<z.input<z.ZodObject<typeof dataOptions>>>;
  readonly model?: Choice<"architecture", R["architectures"][number]> & {
    readonly latentDim?: number;
    readonly likelihood?: Choice<"kind", R["likelihoods"][number]>;
  };
  readonly objective?: Choice<"kind", R["objectives"][number]>;
  readonly optimizer?: Choice<"kind", R["optimizers"][number]>;
  readonly training?: {
    readonly epochs?: number;
    readonly stepsPerCall?: number;
    readonly checkpointMinutes?: number;
    readonly monitor?: Monitor;
    readonly stopAfter?: number;
    readonly keepBest?: boolean;
  };
}

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
