/** `betalab embed`: a map of the latent space from posterior means, coloured by what is known, or made of images. */

import { pick } from "../../base/definitions.ts";
import { BetalabError, suggest } from "../../base/errors.ts";
import { type Split, takeImages } from "../../data/index.ts";
import { type Categories, imageMap, type PointValues, scatter } from "../../figures/node.ts";
import { type Projected, type Projection, projections } from "../../latent/index.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { describeModel, type LookOptions, look } from "./looking.ts";
import { projectInThread } from "./project.ts";
import { latentNames } from "./sample.ts";

export interface EmbedOptions extends LookOptions {
  /** Default t-SNE. */
  readonly method?: string | undefined;
  /** The projections there are. Default: what is shipped. */
  readonly projections?: readonly Projection[] | undefined;
  /** How many images, from the first. Default 1000. */
  readonly count?: number | undefined;
  /** "label", the name of a factor, or "none". Default: labels, or else the first factor, where there are any. */
  readonly color?: string | undefined;
  /** The images themselves as points, in a second picture. Default false. */
  readonly images?: boolean | undefined;
  readonly seed?: number | undefined;
  readonly perplexity?: number | undefined;
  readonly neighbours?: number | undefined;
  readonly onProgress?: ((progress: { stage: string; done: number; total: number }) => void) | undefined;
}

export interface Embedded extends Drawn {
  readonly method: string;
  readonly count: number;
  readonly color: string | undefined;
  /** Explained variance of PCA; KL, perplexity and iterations of t-SNE. */
  readonly facts: Readonly<Record<string, number>>;
}

export async function drawEmbedding(path: string, options: EmbedOptions = {}): Promise<Embedded> {
  return look(path, options, async ({ opened, model, split }) => {
    const {
      method = "tsne",
      seed = opened.config.seed,
      perplexity,
      neighbours,
      projections: registry = projections,
    } = options;
    const chosen = pick(registry, method, "method");
    const data = await split();
    const count = Math.min(options.count ?? 1000, data.images.count);
    const { title: name, mostPoints = Number.POSITIVE_INFINITY, options: own } = chosen;
    if (count > mostPoints) {
      throw new BetalabError(
        "usage",
        `${name} of ${count} points would take very long`,
        `it takes at most ${mostPoints} (count); method pca takes any number`,
      );
    }
    const coloring = coloringOf(data, count, options.color);
    const indices = Array.from({ length: count }, (_, i) => i);
    const images = takeImages(data.images, indices);
    const { mean } = await model.encode(images, data.labels && indices.map((i) => data.labels!.values[i]!));
    const settings = { perplexity, neighbours };
    const given = Object.fromEntries(
      Object.entries(settings).filter(([key, value]) => value !== undefined && key in own.shape),
    );
    const projection = await projectInThread(
      { method, data: mean, columns: opened.vae.latentDim, seed, options: given },
      {
        registry,
        signal: options.signal,
        onProgress: (done) => options.onProgress?.({ stage: name, done: Math.round(100 * done), total: 100 }),
      },
    );
    const title = `${name} of ${count.toLocaleString("en")} posterior means`;
    const subtitle = [
      describeModel(opened),
      coloring.name && `colour: ${coloring.name}`,
      ...factsOf(projection),
    ]
      .filter(Boolean)
      .join("  ·  ");
    const out = new FigureFiles(opened, `embed-${method}`, options.out);
    const axis = (which: 0 | 1): Float64Array => projection.map.filter((_, i) => i % 2 === which);
    out.chart(
      await scatter({
        title,
        subtitle,
        x: { label: projection.axes[0] },
        y: { label: projection.axes[1] },
        points: { x: axis(0), y: axis(1) },
        ticks: projection.metric,
        categories: coloring.categories,
        values: coloring.values,
      }),
    );
    if (options.images)
      await out.picture(
        imageMap(images, projection.map, { title, subtitle, categories: coloring.categories }),
        "-images",
      );
    out.csv(
      [
        "image",
        "x",
        "y",
        ...(coloring.name === undefined ? [] : [coloring.name]),
        ...latentNames(opened.vae.latentDim),
      ],
      indices.map((i) => [
        i,
        projection.map[2 * i]!,
        projection.map[2 * i + 1]!,
        ...(coloring.name === undefined ? [] : [coloring.text(i)]),
        ...mean.subarray(i * opened.vae.latentDim, (i + 1) * opened.vae.latentDim),
      ]),
    );
    return {
      paths: out.paths,
      step: opened.step,
      method,
      count,
      color: coloring.name,
      facts: projection.facts,
    };
  });
}

function factsOf({ facts }: Projected): string[] {
  const { kl, perplexity } = facts;
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
    if (labels.names.length <= MOST_CLASSES)
      return { name, categories: { names: labels.names, values }, text };
    return { name, values: { label: name, values }, text };
  }
  const which = names.indexOf(name);
  const factor = factors!.factors[which]!;
  const levels = Array.from({ length: count }, (_, i) => factors!.levels[i * names.length + which]!);
  const text = (i: number): number => factor.values[levels[i]!]!;
  if (factor.values.length <= MOST_CLASSES) {
    return {
      name,
      categories: {
        names: factor.values.map((value) => `${name} ${Number(value.toPrecision(3))}`),
        values: levels,
      },
      text,
    };
  }
  return { name, values: { label: name, values: levels.map((level) => factor.values[level]!) }, text };
}
