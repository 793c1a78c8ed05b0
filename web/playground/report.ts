/** The report of the model in the page, as `betalab report` makes it of a run: one file, with the model inside. What needs Node's charts is left out. */

import { stringify } from "yaml";
import { encodeBase64 } from "../../src/base/base64.ts";
import { formatFixed } from "../../src/base/format.ts";
import { sha256 } from "../../src/base/sha256.ts";
import { descending, isActiveUnit } from "../../src/latent/index.ts";
import type { ImageShape } from "../../src/models/index.ts";
import {
  codeForScript,
  type Live,
  type PageAssets,
  type PageGrid,
  type ReportContent,
  reportPage,
} from "../../src/pages/index.ts";
import type { Files } from "./lab/protocol.ts";
import type { Model } from "./model.svelte.ts";

/** Pictures in a row. */
const COLUMNS = 8;
const SHEET_COLUMNS = 32;

/** Throws an Error where a part of the page can't be fetched. */
export async function reportOf(model: Model, files: Files): Promise<string> {
  const { opened, look, config, progress } = model;
  if (opened === undefined || look === undefined) throw new Error("the model is not open yet");
  const { image, latentDim } = opened;
  const size = image.height * image.width * image.channels;
  const count = opened.shown.length / size;
  // Of the points, which are the first of the held-out images.
  const coloring = opened.coloring && {
    ...opened.coloring,
    values: opened.coloring.values.slice(0, count),
  };
  const order = descending(look.kl);
  const isActive = (d: number): boolean => isActiveUnit(look.meanVariance[d]!);
  const live: Live = {
    name: config.name,
    encoder: files.halves.encoder,
    decoder: files.halves.decoder,
    image,
    classes: opened.classes,
    latents: order.map((dimension) => ({
      dimension,
      kl: look.kl[dimension]!,
      active: isActive(dimension),
      reach: reachOf(look.map.means, latentDim, dimension),
    })),
    points: {
      count,
      means: encodeBase64(look.map.means),
      classes: opened.classes && coloring?.values,
    },
    maps: [
      {
        name: latentDim <= 2 ? "Latents" : "PCA",
        note: look.map.note,
        coordinates: encodeBase64(look.map.places),
        linear: look.map.linear,
      },
    ],
    colorings: coloring ? [{ ...coloring, colors: coloring.names.map((_, i) => `--class-${i % 10}`) }] : [],
    pictures: { count, columns: Math.min(SHEET_COLUMNS, count) },
  };
  const shown = look.reconstructions.length / size;
  const { dimensions, values, pixels } = look.traversal;
  const used = order.filter(isActive).length;
  const { step } = look;
  const content: ReportContent = {
    title: config.name,
    summary: [
      `A VAE with ${latentDim} latents, trained in a page for ${step} steps on ${opened.counts.train} images of ${opened.dataName}.`,
      `${used} of its ${latentDim} latents are active on the first ${count} held-out images.`,
    ],
    facts: factsOf(progress?.terms ?? {}),
    live,
    weights: files.halves.weights,
    pictures: (await grid(image, [opened.shown], Math.min(SHEET_COLUMNS, count))).png,
    reconstructions: {
      ...(await grid(
        image,
        interleaved(opened.shown.subarray(0, shown * size), look.reconstructions, size),
        COLUMNS,
      )),
      caption: `Rows in pairs: ${shown} held-out images, and under each what the decoder makes of its posterior mean.`,
    },
    samples: {
      ...(await grid(image, [look.samples], COLUMNS)),
      caption: `${look.samples.length / size} draws from the prior N(0, I), decoded.`,
    },
    traversals: {
      caption: "The image that is followed, one latent moved at a time; those with the largest KL first.",
      values: values.map((value) => String(value).replace("-", "−")),
      rows: await Promise.all(
        dimensions.map(async (dimension, i) => ({
          dimension,
          kl: look.kl[dimension]!,
          active: isActive(dimension),
          grid: await grid(
            image,
            [pixels.subarray(i * values.length * size, (i + 1) * values.length * size)],
            values.length,
          ),
        })),
      ),
    },
    meanings: [],
    usage: [],
    curves: [],
    tables: [],
    config: stringify(config),
    details: [
      ["betalab", __VERSION__],
      ["engine", opened.engine],
      [
        "data",
        `${opened.dataName}, ${opened.counts.train} images to train on, ${opened.counts.heldOut} held out`,
      ],
      ["data fingerprint", opened.fingerprint],
      ["seed", String(config.seed)],
    ],
  };
  return reportPage(content, await assets());
}

function factsOf(terms: Readonly<Record<string, unknown>>): ReportContent["facts"] {
  const names = { negativeElbo: "−ELBO", reconstruction: "reconstruction", kl: "KL" };
  return Object.entries(names).flatMap(([key, name]) => {
    const value = terms[key];
    return typeof value === "number"
      ? [{ name, value: formatFixed(value, 2), unit: "nats/image", note: "of the last step's batch" }]
      : [];
  });
}

/** ±3, or as far as the images go, in halves. */
function reachOf(means: Float32Array, latentDim: number, dimension: number): number {
  let furthest = 3;
  for (let i = dimension; i < means.length; i += latentDim)
    furthest = Math.max(furthest, Math.abs(means[i]!));
  return Math.ceil(2 * furthest) / 2;
}

/** Rows of originals, each over the row of what became of them. */
function interleaved(originals: Uint8Array, made: Uint8Array, size: number): Uint8Array[] {
  const rows: Uint8Array[] = [];
  for (let at = 0; at < originals.length; at += COLUMNS * size)
    rows.push(originals.subarray(at, at + COLUMNS * size), made.subarray(at, at + COLUMNS * size));
  return rows;
}

/** Images side by side, without gaps, as PNG. */
async function grid(
  { height, width, channels }: ImageShape,
  parts: readonly Uint8Array[],
  columns: number,
): Promise<PageGrid> {
  const size = height * width * channels;
  const count = parts.reduce((sum, part) => sum + part.length / size, 0);
  const canvas = new OffscreenCanvas(columns * width, Math.ceil(count / columns) * height);
  const context = canvas.getContext("2d")!;
  let at = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += size, at++) {
      const rgba = new ImageData(width, height);
      for (let i = 0; i < width * height; i++) {
        for (let c = 0; c < 3; c++)
          rgba.data[4 * i + c] = part[from + i * channels + (channels === 1 ? 0 : c)]!;
        rgba.data[4 * i + 3] = 255;
      }
      context.putImageData(rgba, (at % columns) * width, Math.floor(at / columns) * height);
    }
  }
  const png = await canvas.convertToBlob({ type: "image/png" });
  return { png: new Uint8Array(await png.arrayBuffer()), width: canvas.width, height: canvas.height };
}

/** What a report carries, from where the page itself has it. */
async function assets(): Promise<Pick<PageAssets, "fonts" | "explorer" | "decoder">> {
  const fetched = async (name: string): Promise<Response> => {
    const answer = await fetch(new URL(name, document.baseURI));
    if (!answer.ok) throw new Error(`${name} is not there: a report needs it`);
    return answer;
  };
  const font = async (name: string) => new Uint8Array(await (await fetched(name)).arrayBuffer());
  const script = async (name: string) => {
    const code = codeForScript(await (await fetched(`report/${name}`)).text());
    const bytes = sha256(code.text)
      .match(/../g)!
      .map((pair) => Number.parseInt(pair, 16));
    return { code, hash: `sha256-${encodeBase64(Uint8Array.from(bytes))}` };
  };
  const [regular, semibold, explorer, decoder] = await Promise.all([
    font("Inter-Regular.ttf"),
    font("Inter-SemiBold.ttf"),
    script("explorer.js"),
    script("decoder.js"),
  ]);
  return { fonts: [regular, semibold], explorer, decoder };
}
