/** Optimisers by name: a new one is a file and a line in the list. */

import { adagrad } from "./adagrad.ts";
import { adam, adamw } from "./adam.ts";
import { adamax } from "./adamax.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

export { scaleByAdagrad } from "./adagrad.ts";
export { scaleByAdam } from "./adam.ts";
export { scaleByAdamax } from "./adamax.ts";
export { Chain, chain, type Link, type Updatable, type UpdateTime, zeros } from "./chain.ts";
export { averageOf, averageWeights, clipGlobalNorm, decayWeights, scaleByRate } from "./links.ts";
export { common as commonOptions, descend, type Optimizer, optimizer } from "./optimizer.ts";
export { accumulateMomentum } from "./sgd.ts";

export const optimizers = [adam, adamw, sgd, adagrad, adamax] as const satisfies readonly Optimizer[];
