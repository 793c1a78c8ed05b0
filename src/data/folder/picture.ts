/** One picture of a person's own, outside of any folder source. Loads sharp when it is asked for. */

import type { DecodedPicture, DecodeOptions } from "./decode.ts";

/** Decodes, crops and resizes as the source `folder` does. Rejects when the file can't be read to its end. */
export async function decodePicture(path: string, options: DecodeOptions): Promise<DecodedPicture> {
  const decode = await import("./decode.ts");
  return decode.decodePicture(path, options);
}
