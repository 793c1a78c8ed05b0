/** The comparison of runs: what differs by more than the noise over seeds, first in words, then in numbers and pictures. */

import { encodeBase64 } from "../../base/base64.ts";
import { Footnotes } from "../footnotes.ts";
import { type Html, html, jsonForScript } from "../html.ts";
import {
  chartFigure,
  dataTable,
  dataUrl,
  type ImageRows,
  imageRows,
  type PageChart,
  type PageTable,
} from "../parts.ts";
import { type PageAssets, pageShell } from "../shell.ts";
import type { LiveComparison } from "./live.ts";
import { comparisonStyle } from "./style.ts";

export interface ComparisonContent {
  readonly title: string;
  /** What was compared: data, runs, settings. */
  readonly subtitle: string;
  readonly verdict: string;
  /** What another setting changed, for a learner and for a researcher. */
  readonly words: readonly { readonly plain: string; readonly exact: string }[];
  /** How the intervals and the verdict were computed. */
  readonly method: string;
  /** A row for each measure, a column for each setting. */
  readonly table: PageTable;
  /** The rate–distortion curve, and the correlations where there are any. */
  readonly overview: readonly PageChart[];
  /** What each latent carries, setting by setting; empty where no model could be opened. */
  readonly latents: readonly PageChart[];
  readonly measures: readonly PageChart[];
  /** Where the settings are a grid of several factors: means of their levels, and the F tests of their effects, where there are any. */
  readonly factors?: { readonly margins: PageTable; readonly terms?: PageTable | undefined } | undefined;
  /** One for each measure. */
  readonly differences: readonly string[];
  /** Where the models and their data could be opened. */
  readonly pictures?:
    | {
        /** Originals, and under them each setting's reconstructions. */
        readonly reconstructions: ImageRows;
        readonly traversals: readonly { readonly label: string; readonly rows: ImageRows }[];
      }
    | undefined;
  /** Models to try side by side: two or more that fit into a page. */
  readonly live?:
    | {
        readonly data: LiveComparison;
        /** Of each setting's decoder by name, as safetensors. */
        readonly weights: readonly Uint8Array[];
        /** The images to start from in one row, as PNG. */
        readonly starts: Uint8Array;
        /** Settings that the pictures show; fewer are live where they would make the page too large. */
        readonly of: number;
      }
    | undefined;
  readonly definitions: readonly { readonly label: string; readonly definition: string }[];
  readonly notes: readonly string[];
}

export function comparisonPage(content: ComparisonContent, assets: PageAssets): string {
  const { title, live } = content;
  const parts = { kind: "comparison", title, style: comparisonStyle, main: main(content) };
  if (live === undefined) return pageShell({ ...parts, script: assets.theme }, assets);
  const data = html`<img id="live-starts" alt="" hidden src="${dataUrl(live.starts)}">
<script type="application/json" id="live-data">${jsonForScript(live.data)}</script>
${live.weights.map(
  (weights, i) => html`<script type="text/plain" id="live-weights-${i}">${encodeBase64(weights)}</script>`,
)}
<script type="text/plain" id="live-decoder">${assets.decoder.code}</script>`;
  return pageShell({ ...parts, data, script: assets.sideBySide }, assets);
}

/** Columns that half of a wide page holds: names, three settings, units. */
const NARROW_TABLE = 5;

function main(content: ComparisonContent): Html {
  const { table, latents, differences, notes } = content;
  const words = new Footnotes();
  // Beside the overview a wider table would hide its last column, which has the units.
  const half = table.columns.length <= NARROW_TABLE && html`class="half"`;
  return html`<section class="summary" aria-label="Summary">
  <p class="hint">${content.subtitle}</p>
  <p class="verdict">${words.mark(content.verdict, true)}</p>
  ${content.words.map(({ plain, exact }) => html`<p>${words.mark(plain, true)}</p><p class="hint">${words.mark(exact, true)}</p>`)}
</section>
<section ${half}>
  <h2>By the numbers</h2>
  <div class="measures">${dataTable({ ...table, columns: table.columns.map(unbroken) }, words)}</div>
  <p class="hint">${words.mark(content.method, true)}</p>
</section>
<section ${half}>
  <h2>Overview</h2>
  <div class="charts large">${content.overview.map(chartFigure)}</div>
</section>
${
  latents.length > 0 &&
  html`<section>
  <h2>What each latent carries</h2>
  ${latents.map(chartFigure)}
</section>`
}
<section>
  <h2>Every measure</h2>
  <div class="charts small">${content.measures.map(chartFigure)}</div>
  ${differences.length > 0 && html`<h3>Differences</h3>${list(differences)}`}
</section>
${content.factors && factors(content.factors, words)}
${content.live && sideBySide(content.live)}
${content.pictures && pictures(content.pictures)}
<section>
  <h2>What was measured</h2>
  <dl class="definitions">${content.definitions.map(
    ({ label, definition }) => html`<div><dt>${words.mark(label)}</dt><dd>${definition}</dd></div>`,
  )}</dl>
</section>
${
  notes.length > 0 &&
  html`<section>
  <h2>Notes</h2>
  ${list(notes)}
</section>`
}
${words.section()}`;
}

function factors({ margins, terms }: NonNullable<ComparisonContent["factors"]>, words: Footnotes): Html {
  return html`<section>
  <h2>Factor by factor</h2>
  <p class="hint">Means over all settings with a level, each setting counting once.</p>
  <div class="measures">${dataTable(margins, words)}</div>
  ${
    terms === undefined
      ? html`<p class="hint">No F tests: too few runs of each setting, or their variances differ.</p>`
      : html`<h3 class="after">Effects and interactions</h3>
  <p class="hint">F tests by unweighted means; q is the false-discovery rate over all of them. A small q of A × B says that what A does hangs on B: then read the heat maps, not the means.</p>
  <div class="measures effects">${dataTable(terms, words)}</div>`
  }
</section>`;
}

/** The place of the live part; `web/explorer/side-by-side.ts` fills it. */
function sideBySide({ data, of }: NonNullable<ComparisonContent["live"]>): Html {
  const some =
    data.settings.length < of
      ? ` ${data.settings.length} of ${of} settings: more would make the page too large.`
      : "";
  return html`<section class="on-screen" aria-labelledby="live-title">
  <h2 id="live-title">Two models under the same sliders</h2>
  <p class="hint">Both decode the same image’s posterior mean, and every slider moves a latent of each: the first the one that carries most in its model, and so on.${some}</p>
  <noscript><p>The live models need JavaScript.</p></noscript>
  <p id="live-error" role="alert" hidden></p>
  <div id="side-by-side"></div>
</section>`;
}

function pictures({ reconstructions, traversals }: NonNullable<ComparisonContent["pictures"]>): Html {
  return html`<section>
  <h2>The same images</h2>
  <p class="hint">Held-out images, and what one model of each setting makes of their posterior means.</p>
  ${imageRows({ rows: reconstructions.rows.map((row) => ({ ...row, name: unbroken(String(row.name)) })) })}
</section>
<section>
  <h2>Traversals from the same image</h2>
  <p class="hint">Each row moves one latent of the first image’s posterior mean; the latents with the largest KL.</p>
  <div class="pair">${traversals.map(
    ({ label, rows }) => html`<figure><h3>${label}</h3>${imageRows(rows)}</figure>`,
  )}</div>
</section>`;
}

/** A setting's name breaks after commas alone: "latentDim 4, β = 1". */
const unbroken = (label: string): string => label.replaceAll(/(?<!,) /g, "\u00a0");

const list = (items: readonly string[]): Html =>
  html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
