/** A net and its likelihood as plain data, so that a process in another language builds exactly the same. */

import type { Config } from "../src/config/index.ts";
import type { ImageShape } from "../src/models/index.ts";

export interface NetSpec extends ImageShape {
  /** The config's section of that name: `architecture`, its options, `latentDim`, `likelihood`. */
  readonly model: Config["model"];
}

export function netSpec({ model }: Config, { height, width, channels }: ImageShape): NetSpec {
  return { model, height, width, channels };
}
