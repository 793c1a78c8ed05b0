/**
 * `npz`: images in a numpy file, `.npz` or `.npy`. dSprites' keys (`imgs`, `latents_classes`, `latents_values`) give
 * factors; Keras' (`x_train`, `x_test`, …) and MedMNIST's (`train_images`, …) give the splits.
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { findArrays } from "../arrays/find.ts";
import { readArrays } from "../arrays/read.ts";
import { openArrays } from "../formats/npz.ts";
import { hashFile } from "../formats/streams.ts";
import { arrayOptions, pathOption } from "../options.ts";
import { source } from "../source.ts";
import { filesAt, theFile } from "./find.ts";

const obtain = "name the .npz or .npy file in data.path or `data`";
const numpyName = /\.np[zy]$/i;

export const npz = source({
  name: "npz",
  summary: "images in a numpy file, .npz or .npy; the keys of dSprites, Keras and MedMNIST are known",
  obtain,
  options: z.strictObject({ path: pathOption, ...arrayOptions }),
  locate({ dataDirectory }) {
    const found = filesAt(dataDirectory, numpyName);
    return found.length === 1 ? found[0] : undefined;
  },
  async open(options, context) {
    const path = theFile("a .npz or .npy file", options.path ?? context.dataDirectory, numpyName, obtain);
    const file = openArrays(path);
    const fileHash = await hashFile(path);
    const { images, labels, factors, size, range, shape, split } = options;
    return {
      ...(await readArrays(await findArrays(file, options), options, fileHash, context)),
      name: `images of ${basename(path)}`,
      fingerprint: createHash("sha256")
        .update(JSON.stringify([fileHash, images, labels, factors, size, range, shape, split]))
        .digest("hex"),
    };
  },
});
