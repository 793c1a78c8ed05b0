/** The report of a run: what there is to see of a trained model, with its decoder running inside. */

import { encodeBase64 } from "../../base/base64.ts";
import { latentLabel } from "../../base/format.ts";
import { Footnotes } from "../footnotes.ts";
import { type Html, html, jsonForScript } from "../html.ts";
import { chartFigure, dataTable, dataUrl, gridImage, imageRows } from "../parts.ts";
import { type PageAssets, pageShell } from "../shell.ts";
import type { ReportContent, ReportPicture, ReportTable, Traversals } from "./content.ts";
import { reportStyle } from "./style.ts";

export function reportPage(
  content: ReportContent,
  assets: Pick<PageAssets, "fonts" | "explorer" | "decoder">,
): string {
  return pageShell(
    {
      kind: "report",
      title: content.title,
      style: reportStyle,
      main: main(content),
      data: html`<img id="pictures" alt="" hidden src="${dataUrl(content.pictures)}">
<script type="application/json" id="live-data">${jsonForScript(content.live)}</script>
<script type="text/plain" id="live-weights">${encodeBase64(content.weights)}</script>
<script type="text/plain" id="live-decoder">${assets.decoder.code}</script>`,
      script: assets.explorer,
    },
    assets,
  );
}

/** The place of the live part; `web/explorer` fills it. */
const explorerPanel = html`<section class="live" aria-labelledby="live-title">
  <div class="heading"><h2 id="live-title">Live decoder</h2><p class="hint on-screen">The model itself, running in this page. Move a latent, click a point of the map, start from an image, or draw your own.</p></div>
  <noscript><p>The live model needs JavaScript.</p></noscript>
  <p id="live-error" role="alert" hidden></p>
  <div id="explorer"></div>
</section>`;

function main(content: ReportContent): Html {
  const { summary, facts, tables, curves, usage, config, details } = content;
  const half = html`class="half"`;
  const words = new Footnotes();
  return html`<section class="summary" aria-label="Summary">
  ${summary.map((sentence) => html`<p>${words.mark(sentence, true)}</p>`)}
  <dl class="facts">${facts.map(
    ({ name, value, unit, note }) => html`
    <div><dt>${words.mark(name)}</dt><dd><b>${value}</b>${unit && html` <span>${unit}</span>`}${note && html`<small>${note}</small>`}</dd></div>`,
  )}
  </dl>
</section>
${explorerPanel}
<section class="half stays">
  <h2>What it makes of images</h2>
  <div class="pair">
    ${picture("Reconstructions", content.reconstructions)}
    ${picture("Samples", content.samples)}
  </div>
</section>
<section ${half}>
  <h2>One latent at a time</h2>
  ${traversals(content.traversals)}
  ${meanings(content.meanings, words)}
</section>
${
  usage.length > 0 &&
  html`<section ${curves.length > 0 && half}>
  <h2>What each latent carries</h2>
  <div class="charts">${usage.map(chartFigure)}</div>
</section>`
}
${
  curves.length > 0 &&
  html`<section ${half}>
  <h2>Training</h2>
  <div class="charts">${curves.map(chartFigure)}</div>
</section>`
}
${
  tables.length > 0 &&
  html`<section ${half}>
  <h2>Evaluation</h2>
  ${tables.map((one) => table(one, words))}
</section>`
}
<section ${tables.length > 0 && half}>
  <h2>How it was made</h2>
  <div class="pair">
    <div class="scroll"><table class="details"><tbody>${details.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div>
    <details><summary>The whole config</summary><pre tabindex="0">${config}</pre></details>
  </div>
</section>
${words.section()}`;
}

function picture(title: string, { caption, ...grid }: ReportPicture): Html {
  return html`<figure>
      <h3>${title}</h3>
      ${gridImage(grid, `${title}: ${caption}`)}
      <figcaption>${caption}</figcaption>
    </figure>`;
}

function traversals({ caption, values, rows }: Traversals): Html {
  return html`<p class="hint">${caption}</p>
  ${imageRows({
    columns: values,
    rows: rows.map(({ dimension, kl, meaning, active, grid }) => ({
      name: latentLabel(dimension),
      note: [`${kl.toFixed(2)} nats`, meaning].filter(Boolean).join(", "),
      idle: !active,
      alt: `${latentLabel(dimension)} from ${values[0]} to ${values.at(-1)}`,
      grid,
    })),
  })}`;
}

function meanings(found: ReportContent["meanings"], words: Footnotes): Html | false {
  return (
    found.length > 0 &&
    html`<h3 class="after">What they go with</h3>
  <ul class="meanings">${found.map(({ plain, exact }) => html`<li>${words.mark(plain, true)} <span>${words.mark(exact, true)}</span></li>`)}</ul>`
  );
}

function table({ title, note, remarks = [], ...data }: ReportTable, words: Footnotes): Html {
  return html`<div class="evaluation">
    <h3>${title}</h3>${note && html`<p class="hint">${note}</p>`}
    ${data.rows.length > 0 && dataTable(data, words)}
    ${remarks.length > 0 && html`<ul>${remarks.map((remark) => html`<li>${capitalized(remark)}</li>`)}</ul>`}
  </div>`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
