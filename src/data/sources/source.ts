/**
 * What a data source is. One file each in this folder, one line each in `index.ts`; CONTRIBUTING has the recipe.
 */

import type { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import type { DataContext } from "../context.ts";
import type { Images, Split } from "../dataset.ts";
import { padImages } from "../images.ts";
import { heightAndWidth, type SizeOption } from "../options.ts";

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

/** A source by name; `Options` is a strict object with the literal `source`. */
export interface Source<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  /** One line for `data list`. */
  readonly summary: string;
  /** One line: how to get the data where it isn't found. Absent for sets that need no files. */
  readonly obtain?: string;
  readonly options: Options;
  /** Where it would be read from without `data.path`, if there; looks, opens nothing. Absent as above. */
  locate?(context: DataContext): string | undefined;
  /** Throws `data`, `disk` or `interrupted`. */
  open(options: z.output<Options>, context: DataContext): Promise<SourceData>;
}

/** Gives a source its exact type. */
export function defineSource<Name extends string, Options extends z.ZodObject>(
  source: Source<Name, Options>,
): Source<Name, Options> {
  return source;
}

/** `images` padded to `data.size`. Throws `config` when that is smaller than they are. */
export function padToSize(images: Images, size: SizeOption | undefined): Images {
  if (size === undefined) return images;
  const [height, width] = heightAndWidth(size);
  if (height < images.height || width < images.width) {
    throw new BetalabError(
      "config",
      `data.size: ${height}×${width} is smaller than the images, ${images.height}×${images.width}`,
      "images of this source are only padded, never shrunk; use a larger data.size or leave it out",
    );
  }
  return padImages(images, height, width);
}

/** The error of a source whose files are nowhere to be found. */
export function notFound(what: string, tried: readonly string[], advice: string): BetalabError {
  const places = tried.map((place) => `\n  ${place}`).join("");
  return new BetalabError(
    "data",
    `${what}: not found. Looked in:${places || "\n  (nowhere was named)"}`,
    advice,
  );
}
