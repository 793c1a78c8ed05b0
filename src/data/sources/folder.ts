/**
 * `folder`: somebody's own pictures: JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP; in a folder, or in a tar, tar.gz or zip archive.
 * Subfolders are labels; `train`, `val` and `test` are splits.
 *
 * Transparent pictures are laid on white by default: pictures that have transparency (drawings, icons, cut-outs) are
 * nearly always made to be seen on a white page, and dark outlines would vanish on black.
 */

import { basename, resolve } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { scanArchive } from "../folder/archive.ts";
import { gunzipTar } from "../folder/gunzip.ts";
import { scanFolder } from "../folder/scan.ts";
import { recognise } from "../formats/recognise.ts";
import { source } from "../source.ts";
import { isDirectory, isFile, notFound } from "./find.ts";
import { openPictures, pictureOptions } from "./pictures.ts";

const obtain = "name a folder of pictures, or a tar or zip archive of them, in data.path or `data`";

export const folder = source({
  name: "folder",
  summary:
    "your own pictures (JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP) in a folder, tar, tar.gz or zip; subfolders are labels, train and test splits",
  obtain,
  options: z.strictObject(pictureOptions),
  locate: ({ dataDirectory }) =>
    dataDirectory !== undefined && isDirectory(dataDirectory) ? dataDirectory : undefined,
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    if (place === undefined) throw notFound("a folder of pictures", [], obtain);
    if (!isFile(place)) {
      const name = `pictures in ${basename(resolve(place)) || place}/`;
      return openPictures(name, place, await scanFolder(place, context), options, context);
    }
    const copy = await gunzipTar(place, context);
    try {
      const plain = copy?.path ?? place;
      const kind = /^a (tar|zip) archive$/.exec(recognise(plain)?.title ?? "")?.[1];
      if (kind !== "tar" && kind !== "zip") throw notArchive(place);
      const content = await scanArchive(place, kind, context, plain);
      return await openPictures(`pictures in ${basename(place)}`, place, content, options, context);
    } finally {
      copy?.remove();
    }
  },
});

function notArchive(place: string): BetalabError {
  const format = recognise(place);
  const packed = /\.(bz2|xz|zst|7z|rar)$/i.test(place);
  const hint = packed
    ? "of compressed archives .zip and .tar.gz are read: unpack it to a folder"
    : format && format.source !== "folder"
      ? `it is ${format.title}: read it by data.source: ${format.source}`
      : obtain;
  return new BetalabError("data", `${place}: not a folder of pictures, nor a tar or zip archive`, hint);
}
