/** One picture of a person's own, outside of any folder source. Loads sharp when it is asked for. */

import { readFile, stat } from "node:fs/promises";
import type { DecodedPicture, DecodeOptions } from "./decode.ts";

/** Decodes, crops and resizes as the source `folder` does. Rejects when the file can't be read to its end. */
export async function decodePicture(path: string, options: DecodeOptions): Promise<DecodedPicture> {
  const decode = await import("./decode.ts");
  // A pipe might never end, and a device never.
  if (!(await stat(path)).isFile()) throw new Error("it is not a file");
  return decode.decodePicture(await readFile(path), options);
}
