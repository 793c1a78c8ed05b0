/** From many latent dimensions to two: one door to PCA, t-SNE and UMAP. */

import { pca } from "./pca.ts";
import { tsne } from "./tsne/tsne.ts";
import { umap } from "./umap.ts";

export const projectionMethods = ["pca", "tsne", "umap"] as const;
export type ProjectionMethod = (typeof projectionMethods)[number];

/** What t-SNE and UMAP hold in memory and finish in minutes; more points than that are refused. */
export const mostProjected = 30_000;

export interface ProjectionRequest {
  readonly method: ProjectionMethod;
  /** Row-major `[points, columns]`. */
  readonly data: Float32Array;
  readonly columns: number;
  readonly seed: number;
  /** t-SNE only. */
  readonly perplexity?: number | undefined;
  readonly iterations?: number | undefined;
  /** UMAP only. */
  readonly neighbours?: number | undefined;
}

export interface Projection {
  /** `[points, 2]`. */
  readonly map: Float64Array;
  /** What the axes are. */
  readonly axes: readonly [string, string];
  /** Whether distances along the axes mean anything: PCA's do, those of t-SNE and UMAP don't. */
  readonly metric: boolean;
  /** In words and numbers, by name: explained variance, KL, perplexity. */
  readonly facts: Readonly<Record<string, number>>;
}

/** Projects; blocks the thread until it is done but for `umap-js` being loaded. Throws "shape" for too few points. */
export async function project(
  request: ProjectionRequest,
  onProgress?: (done: number) => void,
): Promise<Projection> {
  const { method, data, columns, seed } = request;
  switch (method) {
    case "pca": {
      const components = Math.min(2, columns);
      const { projected, ratios } = pca(data, columns, components);
      // One latent has one component: the map is then a line.
      const map =
        components === 2
          ? projected
          : Float64Array.from({ length: 2 * projected.length }, (_, i) =>
              i % 2 === 0 ? projected[i / 2]! : 0,
            );
      const percent = (i: number): string => `${(100 * (ratios[i] ?? 0)).toFixed(1)} % of variance`;
      return {
        map,
        axes: [`principal component 1 (${percent(0)})`, `principal component 2 (${percent(1)})`],
        metric: true,
        facts: { explainedVariance1: ratios[0]!, explainedVariance2: ratios[1] ?? 0 },
      };
    }
    case "tsne": {
      const { perplexity, iterations } = request;
      const result = tsne(data, columns, { seed, perplexity, iterations, onProgress });
      return {
        map: result.map,
        axes: ["t-SNE 1", "t-SNE 2"],
        metric: false,
        facts: { kl: result.kl, perplexity: result.perplexity, iterations: result.iterations },
      };
    }
    case "umap": {
      const map = await umap(data, columns, { seed, neighbours: request.neighbours, onProgress });
      return { map, axes: ["UMAP 1", "UMAP 2"], metric: false, facts: {} };
    }
    default:
      return method satisfies never;
  }
}
