/**
 * What a data source is: a definition object, made by `source()`. The sources that ship are in `sources/`, one file
 * each; CONTRIBUTING has the recipe. Pure.
 */

import type { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import type { DataContext } from "./context.ts";
import type { Split } from "./dataset.ts";
import { sharedOptions } from "./options.ts";

/** What a source hands over: one set, which is then divided here, or the two splits that it was published as. */
export interface SourceData {
  /** For people: "MNIST", "pictures in holiday/". */
  readonly name: string;
  /** Hex digest of the pixels, or of all that they are made from. */
  readonly fingerprint: string;
  readonly notes: readonly string[];
  readonly sets: { readonly all: Split } | { readonly train: Split; readonly heldOut: Split };
  /** The packed cache's file, where the pixels lie in one. */
  readonly cachePath?: string | undefined;
  close(): void;
}

export interface DownloadFile {
  readonly name: string;
  /** Its length, told before it is fetched; nothing longer is taken. */
  readonly bytes?: number | undefined;
  /** Hex sha256; where only an md5 was published, that: it tells a damaged file, and is no protection against malice. */
  readonly sha256?: string;
  readonly md5?: string;
}

/** The public home of a set. */
export interface Download {
  readonly title: string;
  /** Folders that each hold all the files, tried in this order; each ends with a slash. */
  readonly homes: readonly string[];
  readonly files: readonly DownloadFile[];
  /** Where the files are tar archives: which of their members are then written beside them. */
  readonly members?: RegExp;
}

/** How a set is drawn to be written to a file. */
export interface Procedure {
  readonly options: z.ZodObject;
  /** Written where a pixel is white: 1 as in dSprites, so that software made for it reads the file, or 255. */
  readonly white: 1 | 255;
  draw(options: Record<string, unknown>): Split;
}

/** A source by name. Its `options` are its own: `source`, `batchSize` and the like are added to every source's. */
export interface Source<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  /** One line for `data list`. */
  readonly summary: string;
  /** One line: how to get the data where it isn't found. Absent for sets that need no files. */
  readonly obtain?: string;
  /** A strict object; each key with a description, and its default here and nowhere else. */
  readonly options: Options;
  /** What `data fetch` fetches. Absent for sets without a public home. */
  readonly download?: Download;
  /** How `data make` draws it. Absent for sets that were collected. */
  readonly make?: Procedure;
  /** Where it would be read from without `data.path`, if there; looks, opens nothing. Absent as `obtain` is. */
  locate?(context: DataContext): string | undefined;
  /** Throws `data`, `disk` or `interrupted`. */
  open(options: z.output<Options>, context: DataContext): Promise<SourceData>;
}

/**
 * Gives a source its exact type.
 *
 * @throws BetalabError "config" where an option has the name of one that every source has.
 */
export function source<Name extends string, Options extends z.ZodObject>(
  definition: Source<Name, Options>,
): Source<Name, Options> {
  const taken = ["source", ...Object.keys(sharedOptions)];
  const twice = Object.keys(definition.options.shape).find((key) => taken.includes(key));
  if (twice === undefined) return definition;
  throw new BetalabError(
    "config",
    `the source "${definition.name}" has an option "${twice}", which every source has already`,
    "give it another name",
  );
}
