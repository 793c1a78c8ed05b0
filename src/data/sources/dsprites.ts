/**
 * `dsprites`: 737 280 white shapes on black, 64×64, every combination of shape, scale, orientation and position
 * once (Matthey, Higgins, Hassabis and Lerchner, 2017), or a subset of it with the same keys.
 */

import { basename, join } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { sha256 } from "../../base/sha256.ts";
import { findArrays } from "../arrays/find.ts";
import { readArrays } from "../arrays/read.ts";
import { dspritesGrid, factorsOf } from "../arrays/side.ts";
import type { Factors, Labels } from "../dataset.ts";
import type { ArrayFile } from "../formats/array-file.ts";
import { openArrays } from "../formats/npz.ts";
import { hashFile } from "../formats/streams.ts";
import { heldOutOption, pathOption } from "../options.ts";
import { source } from "../source.ts";
import { filesAt, isFile, notFound, placesFor } from "./find.ts";

/** The file as it is published. */
export const dspritesFile = "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz";

const obtain = "betalab data fetch dsprites, or name the file or its folder by `data`";

export const dsprites = source({
  name: "dsprites",
  summary: "white shapes on black with their five true factors, 64×64, 737 280 images",
  obtain,
  options: z.strictObject({ path: pathOption, heldOut: heldOutOption }),
  download: {
    title: "dSprites",
    homes: [
      "https://raw.githubusercontent.com/google-deepmind/dsprites-dataset/master/",
      "https://github.com/google-deepmind/dsprites-dataset/raw/master/",
    ],
    files: [{ name: dspritesFile, md5: "7da33b31b13a06f4b04a70402ce90c2e" }],
  },
  locate(context) {
    return placesFor("dsprites", undefined, context)
      .flatMap(candidates)
      .find((path) => openWithFactors(path) !== undefined);
  },
  async open(options, context) {
    const places = placesFor("dsprites", options.path, context);
    const found = await choose(places);
    if (!found) throw notFound("dSprites", places, obtain);
    const { file, passedOver } = found;
    const fileHash = await hashFile(file.path, context);
    const { all } = await findArrays(file, { images: "imgs", labels: "none" });
    const width = all!.factors?.shape[1] ?? 0;
    const own = [5, 6].includes(width) ? dspritesGrid.slice(-width).map(([name]) => name) : undefined;
    const part = { ...all!, factorsWanted: "needed" as const, factorNames: all!.factorNames ?? own };
    const data = await readArrays({ all: part }, { range: [0, 1], exact: true }, fileHash, context);
    if (!("all" in data.sets)) throw new Error("internal: one set was read and two came back");
    const split = data.sets.all;
    const labels = split.factors && shapeLabels(split.factors);
    return {
      ...data,
      name:
        basename(file.path) === dspritesFile
          ? "dSprites"
          : `dSprites, ${plural(split.images.count, "image")} (${basename(file.path)})`,
      fingerprint: sha256(`dsprites ${fileHash}`),
      notes: [...data.notes, ...(passedOver.length === 0 ? [] : [`not read: ${passedOver.join(", ")}`])],
      sets: { all: { ...split, ...(labels && { labels }) } },
    };
  },
});

const required = ["imgs", "latents_classes"];

/** In a folder the published file, or else whatever numpy files there are. */
function candidates(place: string): string[] {
  const full = join(place, dspritesFile);
  return isFile(full) ? [full] : filesAt(place, /\.np[zy]$/i);
}

function openWithFactors(path: string): ArrayFile | undefined {
  try {
    const file = openArrays(path);
    return required.every((name) => file.names.includes(name)) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** The first place that has something; there, a complete grid before a sample of one. */
async function choose(places: string[]): Promise<{ file: ArrayFile; passedOver: string[] } | undefined> {
  for (const place of places) {
    const paths = candidates(place);
    // A file that the user named, or that has the right name, gets its own error when it is damaged.
    const sure = paths.length === 1 && (paths[0] === place || basename(paths[0]!) === dspritesFile);
    if (sure) return { file: requireKeys(openArrays(paths[0]!)), passedOver: [] };
    const files = paths.map(openWithFactors).filter((file) => file !== undefined);
    if (files.length === 0) continue;
    let chosen = files[0]!;
    for (const file of files.length > 1 ? files : []) {
      const classes = await (await file.open("latents_classes")).whole();
      const read = factorsOf({ classes }, classes.shape[0]!);
      if ("value" in read && read.value.factors.complete) {
        chosen = file;
        break;
      }
    }
    const others = files.filter((file) => file !== chosen);
    return { file: chosen, passedOver: others.map((file) => basename(file.path)) };
  }
  return undefined;
}

function requireKeys(file: ArrayFile): ArrayFile {
  const missing = required.filter((name) => !file.names.includes(name));
  if (missing.length === 0) return file;
  throw new BetalabError(
    "data",
    `${file.path}: no dSprites, it lacks ${missing.join(" and ")}`,
    "for images in another numpy file use data.source: npz",
  );
}

/** The shape as the label; dSprites numbers shapes 1, 2, 3. */
function shapeLabels({ factors, levels }: Factors): Labels | undefined {
  const names = ["square", "ellipse", "heart"];
  const column = factors.findIndex((factor) => factor.name === "shape");
  const shape = factors[column];
  if (!shape?.values.every((value) => names[value - 1] !== undefined)) return undefined;
  const count = levels.length / factors.length;
  const value = (image: number) => shape.values[levels[image * factors.length + column]!]!;
  return { names, values: Int32Array.from({ length: count }, (_, image) => value(image) - 1) };
}
