/** A net and its likelihood as plain data, so that a process in another language builds exactly the same. */

import type { Config } from "../src/config/index.ts";
import { shipped } from "../src/config/node.ts";
import type { ImageShape } from "../src/models/index.ts";
import { buildObjective } from "../src/trained/index.ts";

export interface NetSpec extends ImageShape {
  /** The config's section of that name: `architecture`, its options, `latentDim`, `likelihood`. */
  readonly model: Config["model"];
}

/** β of a config; what has none, or one that follows a schedule, has no twin in another framework here. */
export function constantBeta(config: Config): number {
  const { beta = 1 } = buildObjective(config, shipped).scalars;
  if (typeof beta !== "number") throw new Error("internal: β follows a schedule");
  return beta;
}

export function netSpec({ model }: Config, { height, width, channels }: ImageShape): NetSpec {
  return { model, height, width, channels };
}
