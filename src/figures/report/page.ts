/** The report as one HTML file: everything inside, nothing fetched, with or without a network. */

import { adaptiveSvg } from "./adaptive.ts";
import type { ReportChart, ReportContent, ReportPicture, ReportTable, Traversals } from "./content.ts";
import { codeForScript, Html, html, jsonForScript } from "./html.ts";
import { livePanel } from "./panel.ts";
import { pageStyle } from "./style.ts";

/** What every report carries. */
export interface ReportAssets {
  /** Regular (400) and semibold (600). */
  readonly fonts: readonly [Uint8Array, Uint8Array];
  /** The page's script, and that of the worker which decodes. */
  readonly script: string;
  readonly worker: string;
}

/** The policy that keeps a report from reaching out, whatever is written into it. */
const POLICY =
  "default-src 'none'; img-src data: blob:; font-src data:; style-src 'unsafe-inline'; " +
  "script-src 'unsafe-inline' blob:; worker-src blob:";

export function reportPage(content: ReportContent, assets: ReportAssets): string {
  const { title, summary, facts, tables, curves, usage, config, details } = content;
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title} – betalab report</title>
<link rel="icon" href="data:,">
<style>${new Html(pageStyle(assets.fonts.map(base64) as [string, string]))}</style>
</head>
<body>
<header class="top">
  <div>
    <p class="kicker">betalab report</p>
    <h1>${title}</h1>
  </div>
  <button id="theme" type="button" class="quiet" aria-label="Colours: as the system">◐ <span>auto</span></button>
</header>
<main>
<section class="summary" aria-label="Summary">
  ${summary.map((sentence) => html`<p>${sentence}</p>`)}
  <dl class="facts">${facts.map(
    ({ name, value, unit, note }) => html`
    <div><dt>${name}</dt><dd><b>${value}</b>${unit && html` <span>${unit}</span>`}${note && html`<small>${note}</small>`}</dd></div>`,
  )}
  </dl>
</section>
${livePanel(content.live)}
<section>
  <h2>What it makes of images</h2>
  <div class="pair">
    ${picture("Reconstructions", content.reconstructions)}
    ${picture("Samples", content.samples)}
  </div>
</section>
<section>
  <h2>One latent at a time</h2>
  ${traversals(content.traversals)}
</section>
<section>
  <h2>What each latent carries</h2>
  <div class="charts">${usage.map(chart)}</div>
</section>
${
  curves.length > 0 &&
  html`<section>
  <h2>Training</h2>
  <div class="charts">${curves.map(chart)}</div>
</section>`
}
${
  tables.length > 0 &&
  html`<section>
  <h2>Evaluation</h2>
  ${tables.map(table)}
</section>`
}
<section>
  <h2>How it was made</h2>
  <div class="pair">
    <div class="scroll"><table class="details"><tbody>${details.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div>
    <details><summary>The whole config</summary><pre tabindex="0">${config}</pre></details>
  </div>
</section>
</main>
<footer>Made by betalab. This file is complete: it needs no network and loads nothing.</footer>
<img id="pictures" alt="" hidden src="${dataUrl(content.pictures)}">
<script type="application/json" id="live-data">${jsonForScript(content.live)}</script>
<script type="text/plain" id="live-weights">${base64(bytesOf(content.weights))}</script>
<script type="text/plain" id="live-worker">${codeForScript(assets.worker)}</script>
<script>${codeForScript(assets.script)}</script>
</body>
</html>`}\n`;
}

function picture(title: string, { png, width, height, caption }: ReportPicture): Html {
  return html`<figure>
      <h3>${title}</h3>
      <img class="pixels" src="${dataUrl(png)}" width="${width}" height="${height}" alt="${title}: ${caption}">
      <figcaption>${caption}</figcaption>
    </figure>`;
}

function traversals({ caption, values, rows, width, height }: Traversals): Html {
  const middle = (values.length - 1) / 2;
  const shown = (i: number): boolean => i === 0 || i === middle || i === values.length - 1;
  return html`<p class="hint">${caption}</p>
  <div class="traversals">
    <div class="scale" aria-hidden="true">${values.map((value, i) => html`<span>${shown(i) && value}</span>`)}</div>
    ${rows.map(
      ({ dimension, kl, active, png }) => html`<div class="traversal${!active && " idle"}">
      <p><b>z<sub>${dimension}</sub></b> <span>${kl.toFixed(2)} nats</span></p>
      <img class="pixels" src="${dataUrl(png)}" width="${width}" height="${height}" alt="Latent ${dimension} from ${values[0]} to ${values.at(-1)}">
    </div>`,
    )}
  </div>`;
}

function chart({ chart: { svg }, caption }: ReportChart): Html {
  return html`<figure class="chart" aria-label="${caption}">${new Html(adaptiveSvg(svg))}</figure>`;
}

function table({ title, note, columns, rows, remarks = [] }: ReportTable): Html {
  return html`<div class="evaluation">
    <h3>${title}</h3>${note && html`<p class="hint">${note}</p>`}
    <div class="scroll"><table>
      <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${rows.map(
        ([name, ...cells]) =>
          html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
      )}</tbody>
    </table></div>
    ${remarks.length > 0 && html`<ul>${remarks.map((remark) => html`<li>${capitalized(remark)}</li>`)}</ul>`}
  </div>`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const dataUrl = (png: Uint8Array): string => `data:image/png;base64,${base64(png)}`;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Float32 as the live part takes it. */
export function encodeFloats(values: Float32Array): string {
  return base64(bytesOf(values));
}
