/**
 * UMAP (McInnes, Healy & Melville 2018) by `umap-js`, with our exact neighbours and our random numbers. It starts from
 * random places, not from a spectral embedding.
 */

import { BetalabError } from "../base/errors.ts";
import { fillUniform } from "../base/random.ts";
import { nearestNeighbours } from "./neighbours.ts";

export interface UmapOptions {
  /** Less where there are few points. */
  readonly neighbours: number;
  /** How close points of the map may come. */
  readonly minDistance: number;
  readonly seed: number;
  /** Called often with the share done, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

const FEWEST_POINTS = 5;

/**
 * Maps `data`, row-major `[points, columns]`, to `[points, 2]`; says by how many neighbours, the point among them.
 *
 * Throws "shape" for fewer than 5 points.
 */
export async function umap(
  data: ArrayLike<number>,
  columns: number,
  { neighbours: wanted, minDistance, seed, onProgress }: UmapOptions,
): Promise<{ readonly map: Float64Array; readonly neighbours: number }> {
  const count = data.length / columns;
  if (!(count >= FEWEST_POINTS)) {
    throw new BetalabError(
      "shape",
      `UMAP needs at least ${FEWEST_POINTS} points, not ${count}`,
      "take more of them, or PCA, which needs two",
    );
  }
  const { UMAP } = await import("umap-js");
  // The library counts a point as its own first neighbour.
  const nNeighbors = Math.min(wanted, count - 1);
  const neighbourShare = 0.2;
  const found = nearestNeighbours(data, columns, nNeighbors - 1, {
    seed,
    onProgress: (done) => onProgress?.(done * neighbourShare),
  });
  const rows = <T>(make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  const of = (values: ArrayLike<number>, i: number): number[] =>
    Array.from({ length: found.k }, (_, j) => values[i * found.k + j]!);
  const model = new UMAP({ nComponents: 2, nNeighbors, minDist: minDistance, random: uniforms(seed) });
  model.setPrecomputedKNN(
    rows((i) => [i, ...of(found.indices, i)]),
    rows((i) => [0, ...of(found.distances, i)]),
  );
  const epochs = model.initializeFit(
    rows((i) => Array.from({ length: columns }, (_, j) => data[i * columns + j]!)),
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    model.step();
    onProgress?.(neighbourShare + ((1 - neighbourShare) * (epoch + 1)) / epochs);
  }
  return { map: Float64Array.from(model.getEmbedding().flat()), neighbours: nNeighbors };
}

/** Our counter-based numbers as the generator that the library wants. */
function uniforms(seed: number): () => number {
  const block = new Float64Array(4096);
  let [used, step] = [block.length, 0];
  return () => {
    if (used === block.length) {
      fillUniform(block, { seed, stream: "umap", step: step++ });
      used = 0;
    }
    return block[used++]!;
  };
}
