/**
 * `folder`: somebody's own pictures: JPEG, PNG, WebP, TIFF, GIF. Subfolders are labels.
 *
 * Transparent pictures are laid on white by default: pictures that have transparency (drawings, icons, cut-outs) are
 * nearly always made to be seen on a white page, and dark outlines would vanish on black.
 */

import { createHash } from "node:crypto";
import { z } from "zod";
import { folderName, packFolder } from "../folder/pack.ts";
import { scanFolder } from "../folder/scan.ts";
import { heightAndWidth, heldOutOption, pathOption, sizeOption } from "../options.ts";
import { source } from "../source.ts";
import { isDirectory, notFound } from "./find.ts";

const obtain = "name a folder of pictures in data.path or --data";

export const folder = source({
  name: "folder",
  summary: "your own pictures (JPEG, PNG, WebP, TIFF, GIF); subfolders are labels",
  obtain,
  options: z.strictObject({
    path: pathOption,
    heldOut: heldOutOption,
    size: sizeOption
      .default(64)
      .describe("crop around the centre and resize to this, a number or [height, width]"),
    channels: z
      .union([z.literal(1), z.literal(3)])
      .default(3)
      .describe("3 for RGB, 1 for grey"),
    background: z.enum(["white", "black"]).default("white").describe("what transparent pictures are laid on"),
  }),
  locate: ({ dataDirectory }) =>
    dataDirectory !== undefined && isDirectory(dataDirectory) ? dataDirectory : undefined,
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    if (place === undefined) throw notFound("a folder of pictures", [], obtain);
    const [height, width] = heightAndWidth(options.size);
    const { channels, background } = options;
    const pictures = await scanFolder(place);
    const { images, description, path } = await packFolder(
      place,
      pictures,
      { height, width, channels, background },
      context,
    );
    const { labels } = description;
    return {
      name: folderName(place),
      fingerprint: createHash("sha256").update(`folder ${description.fingerprint}`).digest("hex"),
      notes: description.notes,
      sets: {
        all: {
          images,
          ...(labels && { labels: { names: labels.names, values: Int32Array.from(labels.values) } }),
        },
      },
      cachePath: path,
      close: () => images.close(),
    };
  },
});
