/** The comparison as one page: an HTML file that needs nothing beside it, and the same as one PNG. */

import { type Chart, encodePng, panels, svgToPng } from "../../figures/node.ts";
import type { ComparisonCharts } from "./charts.ts";
import type { ComparisonPictures } from "./pictures.ts";

export interface PageContent {
  readonly title: string;
  /** What was compared: data, runs. */
  readonly subtitle: string;
  readonly verdict: string;
  readonly method: string;
  readonly sentences: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly charts: ComparisonCharts;
  readonly pictures?: ComparisonPictures | undefined;
  readonly definitions: readonly { readonly label: string; readonly definition: string }[];
  readonly notes: readonly string[];
}

/** The page in both forms. */
export async function drawPage(content: PageContent): Promise<{ html: string; png: Uint8Array }> {
  const { charts, pictures } = content;
  const reconstructions = pictures && (await encodePng(pictures.reconstructions));
  const traversals = [];
  for (const { label, picture } of pictures?.traversals ?? []) {
    traversals.push({ label, png: await encodePng(picture), ...picture.raster });
  }
  const images = { reconstructions, traversals };
  const sheets = traversals.map(({ png, width, height }) => imageChart(png, width, height));
  const drawn = [
    charts.rateDistortion,
    panels(charts.measures, { columns: 3 }),
    ...(charts.correlations ? [charts.correlations] : []),
    ...(pictures && reconstructions
      ? [
          imageChart(
            reconstructions,
            pictures.reconstructions.raster.width,
            pictures.reconstructions.raster.height,
          ),
        ]
      : []),
    ...(sheets.length > 0 ? [panels(sheets, { columns: 2 })] : []),
  ];
  const page = panels(drawn, { columns: 1, title: content.title, subtitle: content.subtitle });
  return { html: html(content, images), png: svgToPng(page.svg) };
}

/** A picture among charts. */
function imageChart(png: Uint8Array, width: number, height: number): Chart {
  const image = `<image href="${dataUri(png)}" width="${width}" height="${height}"/>`;
  return { svg: `<svg xmlns="http://www.w3.org/2000/svg">${image}</svg>`, width, height };
}

const dataUri = (png: Uint8Array): string => `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

function html(
  { title, subtitle, verdict, method, sentences, rows, charts, pictures, definitions, notes }: PageContent,
  images: {
    readonly reconstructions: Uint8Array | undefined;
    readonly traversals: readonly { readonly label: string; readonly png: Uint8Array }[];
  },
): string {
  const [heading, ...body] = rows;
  const cells = (row: readonly string[], tag: "td" | "th"): string =>
    row
      .map((cell, i) =>
        i === 0 ? `<th scope="row">${escapeHtml(cell)}</th>` : `<${tag}>${escapeHtml(cell)}</${tag}>`,
      )
      .join("");
  const list = (items: readonly string[]): string =>
    `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
  const section = (name: string, content: string): string => `<section><h2>${name}</h2>${content}</section>`;
  const picture = (png: Uint8Array, text: string): string =>
    `<img src="${dataUri(png)}" alt="${escapeHtml(text)}">`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="quiet">${escapeHtml(subtitle)}</p>
<p class="verdict">${escapeHtml(verdict)}</p>
<div class="wide"><table><thead><tr>${cells(heading!, "th")}</tr></thead>
<tbody>${body.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n")}</tbody></table></div>
<p class="quiet">${escapeHtml(method)}</p>
<div class="wide">${charts.rateDistortion.svg}</div>
${section("Every measure", `<div class="grid">${charts.measures.map(({ svg }) => svg).join("")}</div>`)}
${section("Differences", list(sentences))}
${charts.correlations ? `<div class="wide">${charts.correlations.svg}</div>` : ""}
${
  pictures && images.reconstructions
    ? section(
        "The same images",
        `<div class="wide">${picture(images.reconstructions, "originals over reconstructions of each setting")}</div>`,
      ) +
      section(
        "Traversals from the same image",
        `<div class="grid">${images.traversals.map(({ label, png }) => picture(png, `traversals, ${label}`)).join("")}</div>`,
      )
    : ""
}
${section("What was measured", `<dl>${definitions.map(({ label, definition }) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(definition)}</dd>`).join("")}</dl>`)}
${notes.length > 0 ? section("Notes", list(notes)) : ""}
</body>
</html>
`;
}

const style = `
body { font: 16px/1.5 Inter, system-ui, sans-serif; color: #1a1d21; background: #fff; max-width: 1180px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
.quiet { color: #5f6873; font-size: .9rem; margin: .3rem 0 1rem; } .verdict { font-size: 1.1rem; font-weight: 600; }
.wide { overflow-x: auto; } .grid { display: flex; flex-wrap: wrap; align-items: flex-start; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #e3e6ea; white-space: nowrap; font-weight: 400; }
thead th { font-weight: 600; } th[scope=row] { text-align: left; } td:last-child { text-align: left; color: #5f6873; font-size: .9rem; }
svg, img { max-width: 100%; height: auto; } img { image-rendering: pixelated; }
dt { font-weight: 600; } dd { margin: 0 0 .4rem; color: #5f6873; font-size: .9rem; overflow-wrap: anywhere; }
`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
