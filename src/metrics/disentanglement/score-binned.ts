/** Scores of binned codes and factors' levels, with their bootstrap: what MIG and modularity have in common. */

import { discretize, type Levels } from "./information.ts";
import type { FactorInput } from "./metric.ts";
import { bootstrap, gather, gatherLevels } from "./sampling.ts";

/** On the training rows; `bins` of each code. */
export async function scoreBinned<Found extends { readonly score: number }>(
  input: FactorInput,
  bins: number,
  scoreOf: (codes: readonly Levels[], factors: readonly Levels[]) => Found,
) {
  const { codes, factors, train } = input;
  const binned = gather(codes, train).map((column) => discretize(column, bins));
  const levels = factors.levels.map((column) => gatherLevels(column, train));
  const found = scoreOf(binned, levels);
  const again = (rows: Uint32Array): number => {
    const [some, same] = [binned, levels].map((table) => table.map((column) => gatherLevels(column, rows)));
    return scoreOf(some!, same!).score;
  };
  const interval = await bootstrap(found.score, input, {}, again);
  return { ...found, samples: { train: train.length }, interval };
}
