/**
 * `stl10`: STL-10 (Coates, Ng and Lee, 2011), 96×96 in colour, in its binary files: 5 000 to train on or the 100 000
 * without labels, 8 000 held out.
 */

import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import type { ArrayPart } from "../arrays/part.ts";
import { readPublished } from "../arrays/read.ts";
import { heldArray, type StoredArray } from "../formats/array-file.ts";
import { hashFile, readWhole } from "../formats/streams.ts";
import { publishedOptions } from "../options.ts";
import type { Parts } from "../parts.ts";
import { source } from "../source.ts";
import { isFile, notFound } from "./find.ts";

const obtain =
  "get stl10_binary.tar.gz (2.6 GB) from https://cs.stanford.edu/~acoates/stl10/, unpack it, and name the folder by `data`";

export const stl10 = source({
  name: "stl10",
  summary: "STL-10 in its binary files, 96×96 in colour, 5 000 (or 100 000 without labels) + 8 000",
  obtain,
  options: z.strictObject({
    ...publishedOptions,
    unlabelled: z.boolean().default(false).describe("train on the pictures without labels"),
  }),
  locate: ({ dataDirectory }) => folderOf(dataDirectory),
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    const folder = folderOf(place);
    if (folder === undefined) throw notFound("STL-10's files", [place], obtain);
    const parts: Parts<ArrayPart> = {};
    const hash = createHash("sha256");
    for (const [name, stem] of [
      ["train", options.unlabelled ? "unlabeled" : "train"],
      ["test", "test"],
    ] as const) {
      const path = join(folder, `${stem}_X.bin`);
      if (!isFile(path)) continue;
      hash.update(await hashFile(path, context));
      parts[name] = {
        images: pictures(path),
        ...(!options.unlabelled && (await labelsBeside(folder, stem))),
      };
    }
    const wanted = options.unlabelled ? "unlabeled_X.bin" : "train_X.bin or test_X.bin";
    if (options.unlabelled ? !parts.train : !parts.train && !parts.test)
      throw new BetalabError(
        "data",
        `${folder}: there is no ${wanted}`,
        options.unlabelled
          ? "unpack it too, or leave data.unlabelled out"
          : "data.unlabelled: true takes unlabeled_X.bin",
      );
    const decisive = [options.size, options.split];
    return readPublished("STL-10", parts, options, { hash, decisive }, context);
  },
});

function folderOf(place: string | undefined): string | undefined {
  if (place === undefined) return undefined;
  const names = ["train_X.bin", "test_X.bin", "unlabeled_X.bin"];
  return [place, join(place, "stl10_binary")].find((folder) =>
    names.some((name) => isFile(join(folder, name))),
  );
}

/** Each channel column by column, one picture after another: MATLAB's `[height, width, channel, count]`. */
function pictures(path: string): StoredArray {
  const size = 3 * 96 * 96;
  const count = statSync(path).size / size;
  const label = basename(path);
  if (!Number.isInteger(count) || count === 0)
    throw new BetalabError("data", `${label}: its length is not a whole number of pictures of 96×96×3`);
  return {
    label,
    type: { name: "uint8" },
    itemSize: 1,
    shape: [96, 96, 3, count],
    fortran: true,
    matlab: true,
    async *chunks() {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) yield chunk as Uint8Array;
    },
    whole: () => Promise.reject(new Error("internal: pictures are read in chunks")),
  };
}

/** Classes are numbered from 1. */
async function labelsBeside(folder: string, stem: string): Promise<Partial<ArrayPart>> {
  const path = join(folder, `${stem}_y.bin`);
  if (!isFile(path)) return {};
  const classes = Int32Array.from(await readWhole(path, 2 ** 24), (one) => one - 1);
  const names = join(folder, "class_names.txt");
  return {
    labels: heldArray(basename(path), [classes.length], [classes]),
    ...(existsSync(names) && { labelNames: readFileSync(names, "utf8").split(/\s+/).filter(Boolean) }),
  };
}
