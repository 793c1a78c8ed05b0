/** The comparison as one page, in two forms: HTML and PNG. */

import { formatFixed, latentLabel, plural } from "../../base/format.ts";
import { evenly } from "../../base/lists.ts";
import { sum } from "../../base/statistics.ts";
import {
  type Chart,
  encodePng,
  type ImageStack,
  labelledSheet,
  type Picture,
  panels,
} from "../../figures/node.ts";
import {
  type ComparisonContent,
  comparisonPage,
  dataUrl,
  type ImageRows,
  pageAssets,
  pageGrid,
} from "../../pages/node.ts";
import { liveOf } from "./live.ts";
import { type ComparisonImages, REACH, type ShownModel, STEPS } from "./pictures.ts";

const columnTitles = evenly(-REACH, REACH, STEPS).map((value) => formatFixed(value, 1));

export async function drawPage(
  content: Omit<ComparisonContent, "pictures" | "live"> & { readonly images?: ComparisonImages | undefined },
): Promise<{ html: string; chart: Chart }> {
  const { images, title, subtitle, overview, latents, measures } = content;
  const drawn = [
    ...[...overview, ...latents].map(({ chart }) => chart),
    panels(
      measures.map(({ chart }) => chart),
      { columns: 3 },
    ),
    ...(images ? await sheets(images) : []),
  ];
  const shown = images && { pictures: await rowsOf(images), live: await liveOf(images) };
  return {
    html: comparisonPage({ ...content, ...shown }, pageAssets()),
    chart: panels(drawn, { columns: 1, title, subtitle }),
  };
}

/** What the rows of images are called. */
const settingRow = ({ label, kl }: ShownModel) => ({ label, note: `KL ${formatFixed(kl, 1)} nats` });
const latentRows = ({ dimensions, latents: { kl, meanings } }: ShownModel) =>
  dimensions.map((dimension) => ({
    label: latentLabel(dimension),
    note: [`KL ${formatFixed(kl[dimension]!, 2)}`, meanings[dimension]?.short].filter(Boolean).join(", "),
  }));

// --- HTML ---------------------------------------------------------------------------------------------

async function rowsOf({ originals, settings }: ComparisonImages): Promise<ComparisonContent["pictures"]> {
  const rows = [
    { label: "original", images: originals },
    ...settings.map((one) => ({ ...settingRow(one), images: one.reconstructions })),
  ];
  const traversals = [];
  for (const one of settings) {
    const rows = await imageRows(
      latentRows(one).map((row, i) => ({ ...row, images: rowOf(one.traversal, i) })),
    );
    traversals.push({ label: one.label, rows: { columns: columnTitles, ...rows } });
  }
  return { reconstructions: await imageRows(rows), traversals };
}

async function imageRows(
  rows: readonly { readonly label: string; readonly note?: string; readonly images: ImageStack }[],
): Promise<ImageRows> {
  const drawn = [];
  for (const { label, note, images } of rows) {
    const cells = Array.from({ length: images.count }, (_, index) => ({ images, index }));
    const grid = await pageGrid(cells, images, { columns: images.count });
    drawn.push({ name: label, note, alt: `${plural(images.count, "image")}: ${label}`, grid });
  }
  return { rows: drawn };
}

function rowOf(images: ImageStack, row: number): ImageStack {
  const size = (images.pixels.length / images.count) * STEPS;
  return { ...images, count: STEPS, pixels: images.pixels.subarray(row * size, (row + 1) * size) };
}

// --- PNG ----------------------------------------------------------------------------------------------

async function sheets({ originals, settings }: ComparisonImages): Promise<Chart[]> {
  const stacks = [originals, ...settings.map(({ reconstructions }) => reconstructions)];
  const reconstructions = labelledSheet(stacked(stacks), {
    rows: [{ label: "original" }, ...settings.map(settingRow)],
    columns: originals.count,
    targetWidth: 1000,
  });
  const traversals = [];
  for (const one of settings) {
    const look = { title: one.label, rows: latentRows(one), columns: STEPS, columnTitles, targetWidth: 480 };
    traversals.push(await imageChart(labelledSheet(one.traversal, look)));
  }
  return [await imageChart(reconstructions), panels(traversals, { columns: 2 })];
}

function stacked(stacks: readonly ImageStack[]): ImageStack {
  const count = sum(stacks.map((stack) => stack.count));
  return { ...stacks[0]!, count, pixels: Buffer.concat(stacks.map(({ pixels }) => pixels)) };
}

/** A picture among charts. */
async function imageChart(picture: Picture): Promise<Chart> {
  const { width, height } = picture.raster;
  const url = dataUrl(await encodePng(picture));
  const image = `<image href="${url}" width="${width}" height="${height}"/>`;
  return { svg: `<svg xmlns="http://www.w3.org/2000/svg">${image}</svg>`, width, height };
}
