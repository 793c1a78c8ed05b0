/** From many latent dimensions to two: one door to PCA, t-SNE, UMAP and whatever else is given. */

import { z } from "zod";
import { type Definition, pick } from "../base/definitions.ts";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";
import { pca } from "./pca.ts";
import { tsne } from "./tsne/tsne.ts";
import { umap } from "./umap.ts";

export interface ProjectionInput {
  /** Row-major `[points, columns]`. */
  readonly data: Float32Array;
  readonly columns: number;
  readonly seed: number;
  /** Called often with the share done, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface Projected {
  /** `[points, 2]`. */
  readonly map: Float64Array;
  /** What the axes are. */
  readonly axes: readonly [string, string];
  /** Whether distances along the axes mean anything: PCA's do, those of t-SNE and UMAP don't. */
  readonly metric: boolean;
  /** In words and numbers, by name: explained variance, KL, perplexity. */
  readonly facts: Readonly<Record<string, number>>;
}

export interface Projection<Name extends string = string, Options extends z.ZodObject = z.ZodObject>
  extends Definition<Name, Options> {
  /** As it is written in titles: "t-SNE". */
  readonly title: string;
  /** Points that it holds in memory and finishes in minutes; default: any number. */
  readonly mostPoints?: number;
  /** Throws "shape" for too few points. */
  project(input: ProjectionInput, options: z.output<Options>): Projected | Promise<Projected>;
}

/** Declares a projection: types `project` by its options. */
export function projection<Name extends string, Options extends z.ZodObject>(
  definition: Projection<Name, Options>,
): Projection<Name, Options> {
  return definition;
}

const pcaProjection = projection({
  name: "pca",
  title: "PCA",
  summary: "the two directions of largest variance",
  options: z.strictObject({}),
  project({ data, columns }) {
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
  },
});

const MOST_POINTS = 30_000;

const tsneProjection = projection({
  name: "tsne",
  title: "t-SNE",
  summary: "neighbours stay neighbours (van der Maaten and Hinton 2008; Barnes–Hut)",
  mostPoints: MOST_POINTS,
  options: z.strictObject({
    perplexity: z.number().min(1).default(30).describe("neighbours that count"),
    iterations: z.int().min(1).default(1000).describe("steps of gradient descent"),
  }),
  project({ data, columns, seed, onProgress }, options) {
    const { map, kl, perplexity, iterations } = tsne(data, columns, { seed, onProgress, ...options });
    return { map, axes: ["t-SNE 1", "t-SNE 2"], metric: false, facts: { kl, perplexity, iterations } };
  },
});

const umapProjection = projection({
  name: "umap",
  title: "UMAP",
  summary: "neighbours stay neighbours, clusters keep more of their places (McInnes 2018)",
  mostPoints: MOST_POINTS,
  options: z.strictObject({
    neighbours: z.int().min(2).default(15).describe("neighbours that count"),
    minDistance: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe("how close points of the map may come, where 1 is how far neighbours lie apart"),
  }),
  async project({ data, columns, seed, onProgress }, options) {
    const { map, neighbours } = await umap(data, columns, { seed, onProgress, ...options });
    return { map, axes: ["UMAP 1", "UMAP 2"], metric: false, facts: { neighbours } };
  },
});

export const projections = [
  pcaProjection,
  tsneProjection,
  umapProjection,
] as const satisfies readonly Projection[];

export interface ProjectionRequest extends Omit<ProjectionInput, "onProgress"> {
  /** Name of the projection. */
  readonly method: string;
  /** Its own options; defaults are in its definition. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Projects; blocks the thread until it is done but for `umap-js` being loaded.
 *
 * @param registry the projections there are
 *
 * Throws "config" for an unknown method or a wrong option, "shape" for too few points.
 */
export async function project(
  { method, options = {}, ...input }: ProjectionRequest,
  onProgress?: (done: number) => void,
  registry: readonly Projection[] = projections,
): Promise<Projected> {
  const chosen = pick(registry, method, "method");
  const checked = check(chosen.options, options);
  if (checked.issue) throw new BetalabError("config", describeIssue(checked.issue));
  return chosen.project({ ...input, onProgress }, checked.output as Record<string, never>);
}
