/** The sections of a config as a person writes them, typed from lists of definitions. */

import type { z } from "zod";
import type { Definition } from "../base/definitions.ts";
import type { sharedOptions as dataOptions } from "../data/index.ts";
import type { general, training } from "./general.ts";

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
type Sectioned = "architectures" | "likelihoods" | "priors" | "objectives" | "optimizers" | "sources";

/** Some of the keys, each with a value. */
type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** What a config may say, whatever it builds on. */
export interface ConfigSections<R extends Readonly<Record<Sectioned, readonly unknown[]>>>
  extends Given<z.input<z.ZodObject<typeof general>>> {
  readonly data?: Choice<"source", R["sources"][number]> & Partial<z.input<z.ZodObject<typeof dataOptions>>>;
  readonly model?: Choice<"architecture", R["architectures"][number]> & {
    readonly latentDim?: number;
    readonly likelihood?: Choice<"kind", R["likelihoods"][number]>;
    readonly prior?: Choice<"kind", R["priors"][number]>;
  };
  readonly objective?: Choice<"kind", R["objectives"][number]>;
  readonly optimizer?: Choice<"kind", R["optimizers"][number]>;
  readonly training?: Given<z.input<typeof training>>;
}
