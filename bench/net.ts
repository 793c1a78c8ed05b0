/** A net and its likelihood as plain data, so that a process in another language builds exactly the same. */

import type { Config } from "../src/config/index.ts";
import type { ImageShape } from "../src/models/index.ts";

/** The config's `model` section (`hidden`, …, `likelihood`) and the images' shape. */
export type NetSpec = Config["model"] & ImageShape;

export function netSpec({ model }: Config, { height, width, channels }: ImageShape): NetSpec {
  return { ...model, height, width, channels };
}
