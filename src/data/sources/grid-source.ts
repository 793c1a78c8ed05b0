/** A published set in one file of arrays whose images are a complete grid of factors, the last fastest. Not a source itself. */

import { basename } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { sha256 } from "../../base/sha256.ts";
import { findArrays } from "../arrays/find.ts";
import { readArrays } from "../arrays/read.ts";
import { gridLevels } from "../factors.ts";
import { type ArrayFile, heldArray } from "../formats/array-file.ts";
import { lengthOf } from "../formats/numbers.ts";
import { hashFile } from "../formats/streams.ts";
import { heldOutOption, pathOption, targetSizeOption } from "../options.ts";
import { type DownloadFile, source } from "../source.ts";
import { filesAt, notFound, placesFor } from "./find.ts";

export interface Grid<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly summary: string;
  readonly homes: readonly string[];
  readonly file: DownloadFile;
  open(path: string): ArrayFile | Promise<ArrayFile>;
  /** Levels of each factor, the slowest first. */
  readonly factors: Readonly<Record<string, number>>;
}

export function gridSource<Name extends string>({
  name,
  title,
  summary,
  homes,
  file,
  open,
  factors,
}: Grid<Name>) {
  const obtain = `betalab data fetch ${name}, or name the file or its folder by \`data\``;
  const ending = new RegExp(`\\${/\.\w+$/.exec(file.name)![0]}$`, "i");
  const sizes = Object.values(factors);
  const count = lengthOf(sizes);
  const fileIn = (place: string) => {
    const found = filesAt(place, ending);
    return found.find((path) => basename(path) === file.name) ?? (found.length === 1 ? found[0] : undefined);
  };
  return source({
    name,
    summary,
    obtain,
    options: z.strictObject({ path: pathOption, heldOut: heldOutOption, size: targetSizeOption }),
    download: { title, homes, files: [file] },
    locate: (context) => placesFor(name, undefined, context).find((place) => fileIn(place) !== undefined),
    async open({ path: given, size }, context) {
      const places = placesFor(name, given, context);
      const path = places.map(fileIn).find((one) => one !== undefined);
      if (path === undefined) throw notFound(title, places, obtain);
      const arrays = await open(path);
      const { all } = await findArrays(arrays, { images: "images", labels: "none", factors: "none" });
      if (all!.images.shape[0] !== count) {
        const message = `${path}: no ${title}: ${plural(all!.images.shape[0]!, "image")}, where the grid has ${count}`;
        throw new BetalabError("data", message, "for other images name the source of the format: hdf5, npz");
      }
      const part = {
        ...all!,
        factors: heldArray(`${title}'s factors`, [count, sizes.length], [gridLevels(sizes)]),
        factorNames: Object.keys(factors),
      };
      const hash = await hashFile(path, context);
      const exact = { size, range: [0, 255] as const, exact: true };
      // The pixels are kept once, whatever their size is to be.
      const data = await readArrays({ all: part }, exact, hash, context);
      return { ...data, name: title, fingerprint: sha256(`${name} ${hash} ${size}`) };
    },
  });
}
