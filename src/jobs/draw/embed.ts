/** `embed`: a map of the latent space from posterior means, coloured by what is known, or made of images. */

import { z } from "zod";
import { pick } from "../../base/definitions.ts";
import { BetalabError, suggest } from "../../base/errors.ts";
import { formatCount, plural } from "../../base/format.ts";
import { range } from "../../base/lists.ts";
import { firstImages, type Split } from "../../data/index.ts";
import { type Categories, imageMap, type PointValues, scatter } from "../../figures/node.ts";
import { type Projected, projections } from "../../latent/index.ts";
import type { Artifact } from "../artifacts.ts";
import { computing, flag, seed, split, text, whole } from "../options.ts";
import { projectInThread } from "./project.ts";
import { defineDrawing, describeModel, latentNames } from "./with-model.ts";

const options = z.strictObject({
  ...computing,
  split,
  method: z
    .string()
    .default("tsne")
    .describe(`how to project: ${projections.map(({ name }) => name).join(", ")}, or one of your own`),
  count: z.int().min(2).default(1000).describe("how many images, from the first"),
  color: text(
    "label, the name of a factor, or none (default: labels, else the first factor, where there are any)",
  ),
  images: flag("also a map whose points are the images"),
  perplexity: z
    .number()
    .min(1)
    .optional()
    .describe("effective neighbours of tsne (default: the method's own); fewer where there are few images"),
  neighbours: whole(2, "neighbours of umap (default: the method's own); fewer where there are few images"),
  seed,
});

const value = z.object({
  step: z.int().describe("training steps of the weights"),
  method: z.string().describe("how it was projected"),
  count: z.int().describe("images on the map"),
  color: z.string().optional().describe("what the points are coloured by; absent for one colour"),
  facts: z
    .record(z.string(), z.number())
    .describe(
      "of pca the shares explainedVariance1 and explainedVariance2; of tsne kl in nats, perplexity and iterations; of umap neighbours",
    ),
});

export const embed = defineDrawing({
  name: "embed",
  summary: "a map of posterior means by PCA, t-SNE or UMAP",
  example: "betalab embed runs/mnist-mlp-50 --method tsne --images",
  options,
  value,
  async draw({ opened, tell, place, split, posteriors }, options) {
    const { latentDim } = opened.vae;
    const { method, perplexity, neighbours, seed = opened.config.seed } = options;
    const registry = place.registries!.projections;
    const chosen = pick(registry, method, "`method`");
    const { title: methodName, mostPoints = Number.POSITIVE_INFINITY } = chosen;
    const data = await split();
    const count = Math.min(options.count, data.images.count);
    if (count > mostPoints) {
      throw new BetalabError(
        "usage",
        `${methodName} of ${count} points would take very long`,
        `\`count\` is at most ${mostPoints} for it; \`method\` pca takes any number`,
      );
    }
    const coloring = coloringOf(data, count, options.color);
    const images = firstImages(data.images, count);
    const { mean } = await posteriors(count);
    const all = Object.entries({ perplexity, neighbours }).filter(([, value]) => value !== undefined);
    const given = all.filter(([key]) => key in chosen.options.shape);
    for (const [key] of all.filter((one) => !given.includes(one)))
      tell.note(`\`${key}\` changes nothing: ${methodName} has none`);
    const projection = await projectInThread(
      { method, data: mean, columns: latentDim, seed, options: Object.fromEntries(given) },
      tell.signal,
      (done) => tell.stage({ stage: methodName, done: Math.round(100 * done), total: 100 }),
      registry,
    );
    const { map, axes, metric, facts } = projection;
    const { name, categories, values } = coloring;
    const title = `${methodName} of ${formatCount(count)} posterior means`;
    const subtitle = [describeModel(opened), name && `colour: ${name}`, ...factsOf(projection)]
      .filter(Boolean)
      .join("  ·  ");
    const chart = await scatter({
      title,
      subtitle,
      x: { label: axes[0] },
      y: { label: axes[1] },
      points: { x: map.filter((_, i) => i % 2 === 0), y: map.filter((_, i) => i % 2 === 1) },
      ticks: metric,
      categories,
      values,
    });
    const artifacts: Artifact[] = [{ kind: "chart", chart }];
    if (options.images) {
      const picture = imageMap(images, map, { title, subtitle, categories });
      artifacts.push({ kind: "picture", name: "images", picture });
    }
    artifacts.push({
      kind: "table",
      heading: ["image", "x", "y", ...(name === undefined ? [] : [name]), ...latentNames(latentDim)],
      rows: range(count).map((i) => [
        i,
        map[2 * i]!,
        map[2 * i + 1]!,
        ...(name === undefined ? [] : [coloring.text(i)]),
        ...mean.subarray(i * latentDim, (i + 1) * latentDim),
      ]),
    });
    return {
      value: { step: opened.step, method, count, color: name, facts: { ...facts } },
      artifacts,
      stem: `embed-${method}`,
    };
  },
});

function factsOf({ facts }: Projected): string[] {
  const { kl, perplexity, neighbours } = facts;
  if (neighbours !== undefined) return [plural(neighbours, "neighbour")];
  return kl === undefined ? [] : [`perplexity ${Number(perplexity!.toFixed(1))}, KL ${kl.toFixed(3)} nats`];
}

interface Coloring {
  readonly name: string | undefined;
  readonly categories?: Categories;
  readonly values?: PointValues;
  text(image: number): string | number;
}

/** More levels than the theme has colours become a scale. */
const MOST_CLASSES = 10;

function coloringOf({ labels, factors }: Split, count: number, wanted: string | undefined): Coloring {
  const names = factors?.factors.map(({ name }) => name) ?? [];
  const available = [...(labels ? ["label"] : []), ...names, "none"];
  const name = wanted ?? available[0]!;
  if (!available.includes(name)) {
    const what = name === "label" ? "this data has no labels" : `this data has no factor "${name}"`;
    throw new BetalabError("usage", `can't colour by ${name}: ${what}`, suggest(name, available));
  }
  if (name === "none") return { name: undefined, text: () => "" };
  if (name === "label" && labels) {
    const values = labels.values.subarray(0, count);
    const text = (i: number): string => labels.names[labels.values[i]!]!;
    return byLevel(name, labels.names, values, values, text);
  }
  const which = names.indexOf(name);
  const factor = factors!.factors[which]!;
  const levels = Array.from({ length: count }, (_, i) => factors!.levels[i * names.length + which]!);
  const text = (i: number): number => factor.values[levels[i]!]!;
  const named = factor.values.map((value) => `${name} ${Number(value.toPrecision(3))}`);
  const values = levels.map((level) => factor.values[level]!);
  return byLevel(name, named, levels, values, text);
}

const byLevel = (
  name: string,
  names: readonly string[],
  levels: ArrayLike<number>,
  values: ArrayLike<number>,
  text: Coloring["text"],
): Coloring =>
  names.length <= MOST_CLASSES
    ? { name, categories: { names, values: levels }, text }
    : { name, values: { label: name, values }, text };
