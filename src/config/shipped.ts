/** What the project ships, as one `Registries` value; in a page the sources are those that run there. */

import type { Source } from "../data/index.ts";
import { projections } from "../latent/index.ts";
import { metrics } from "../metrics/index.ts";
import { architectures, likelihoods, priors } from "../models/index.ts";
import { optimizers } from "../nn/index.ts";
import { objectives } from "../objectives/index.ts";
import { presets } from "./presets/index.ts";

export function shippedWith<const Sources extends readonly Source[]>(sources: Sources) {
  return {
    architectures,
    likelihoods,
    priors,
    objectives,
    optimizers,
    sources,
    metrics,
    projections,
    presets,
  } as const;
}

/** Everything, with the sources of Node. */
export type Shipped = ReturnType<typeof shippedWith<typeof import("../data/node.ts").sources>>;
