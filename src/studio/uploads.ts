/** Pictures that a page brings, for jobs that take some. */

import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Context } from "hono";
import { diskError } from "../base/disk.ts";
import { newId } from "./names.ts";
import { Refused } from "./refused.ts";
import { bytesOf } from "./requests.ts";

/** Bytes of an uploaded picture, and how many are kept. */
export const UPLOAD = 32 << 20;
const UPLOADS = 200;

const pictures = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"];

/** Keeps a picture for a job's option `pictures`; the oldest of too many goes. */
export async function keepPicture(context: Context, folder: string): Promise<{ readonly path: string }> {
  const suffix = extname(context.req.param("name")!).toLowerCase();
  if (!pictures.includes(suffix)) {
    throw new Refused(400, `a picture is one of ${pictures.join(", ")}, not ${JSON.stringify(suffix)}`);
  }
  const name = `${newId()}${suffix}`;
  const file = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    await pipeline(bytesOf(context, UPLOAD), createWriteStream(file, { flags: "wx" }));
    const kept = (await readdir(folder)).toSorted();
    for (const old of kept.slice(0, -UPLOADS)) await rm(join(folder, old), { force: true });
  } catch (error) {
    await rm(file, { force: true });
    throw diskError(error, basename(file));
  }
  return { path: `.studio/uploads/${name}` };
}
