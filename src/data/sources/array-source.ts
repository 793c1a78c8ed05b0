/** A source that reads one file of arrays: what the formats have in common. Not a source itself. */

import { basename } from "node:path";
import { z } from "zod";
import { sha256 } from "../../base/sha256.ts";
import { findArrays } from "../arrays/find.ts";
import { readArrays } from "../arrays/read.ts";
import type { DataContext } from "../context.ts";
import type { ArrayFile } from "../formats/array-file.ts";
import { refuseOther } from "../formats/recognise.ts";
import { hashFile } from "../formats/streams.ts";
import { arrayOptions, pathOption } from "../options.ts";
import { source } from "../source.ts";
import { filesAt, theFile } from "./find.ts";

export interface ArrayFormat<Name extends string> {
  readonly name: Name;
  readonly summary: string;
  /** For people: "a .npz or .npy file". */
  readonly what: string;
  /** Names of its files, where a folder is searched. */
  readonly files: RegExp;
  open(path: string, context: DataContext): ArrayFile | Promise<ArrayFile>;
}

export function arraySource<Name extends string>({ name, summary, what, files, open }: ArrayFormat<Name>) {
  const obtain = `name ${what} in data.path or \`data\``;
  return source({
    name,
    summary,
    obtain,
    options: z.strictObject({ path: pathOption, ...arrayOptions }),
    locate({ dataDirectory }) {
      const found = filesAt(dataDirectory, files).filter((path) => files.test(path));
      return found.length === 1 ? found[0] : undefined;
    },
    async open(options, context) {
      const path = theFile(what, options.path ?? context.dataDirectory, files, obtain);
      refuseOther(path, name, what);
      const file = await open(path, context);
      const fileHash = await hashFile(path, context);
      const { path: _, heldOut, ...decisive } = options;
      return {
        ...(await readArrays(await findArrays(file, options), { ...options, path }, fileHash, context)),
        name: `images of ${basename(path)}`,
        fingerprint: sha256(JSON.stringify([name, fileHash, decisive])),
      };
    },
  });
}
