/** `csv`: one image a row, as Kaggle has MNIST, with or without a line of names and a column `label`. */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { findArrays } from "../arrays/find.ts";
import { readArrays } from "../arrays/read.ts";
import { openCsv } from "../formats/csv.ts";
import { hashFile } from "../formats/streams.ts";
import { arrayOptions, pathOption } from "../options.ts";
import { source } from "../source.ts";
import { filesAt, theFile } from "./find.ts";

const obtain = "name the .csv file in data.path or `data`";
const csvName = /\.(csv|tsv)(\.gz)?$/i;
const { heldOut, size, range, shape, labels } = arrayOptions;

export const csv = source({
  name: "csv",
  summary: "one image a row of a CSV, as Kaggle has MNIST, perhaps with a column of labels",
  obtain,
  options: z.strictObject({ path: pathOption, heldOut, size, range, shape, labels }),
  locate({ dataDirectory }) {
    const found = filesAt(dataDirectory, csvName).filter((path) => csvName.test(path));
    return found.length === 1 ? found[0] : undefined;
  },
  async open(options, context) {
    const path = theFile("a .csv file", options.path ?? context.dataDirectory, csvName, obtain);
    const fileHash = await hashFile(path);
    const own = [options.labels, options.size, options.range, options.shape];
    return {
      ...(await readArrays(await findArrays(await openCsv(path), options), options, fileHash, context)),
      name: `images of ${basename(path)}`,
      fingerprint: createHash("sha256")
        .update(JSON.stringify(["csv", fileHash, ...own]))
        .digest("hex"),
    };
  },
});
