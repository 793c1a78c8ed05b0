/** The parts that pages are made of: charts, pictures, rows of images, tables. */

import { encodeBase64 } from "../base/base64.ts";
import { escapeMarkup } from "../base/escape.ts";
import type { Chart } from "../figures/index.ts";
import { adaptiveSvg } from "./adaptive.ts";
import type { Footnotes } from "./footnotes.ts";
import { Html, html } from "./html.ts";

/** A chart drawn in light colours, and what it shows for those who can't see it. */
export interface PageChart {
  readonly chart: Chart;
  readonly caption: string;
}

/** PNG with transparency between the images, at the images' own size. */
export interface PageGrid {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Rows of images, equally many in each. */
export interface ImageRows {
  /** Over the columns, first, middle and last; or none. */
  readonly columns?: readonly string[] | undefined;
  readonly rows: readonly {
    readonly name: Html | string;
    readonly note?: string | undefined;
    /** Drawn faintly. */
    readonly idle?: boolean | undefined;
    readonly alt: string;
    readonly grid: PageGrid;
  }[];
}

export interface PageTable {
  readonly columns: readonly string[];
  /** Name first. */
  readonly rows: readonly (readonly string[])[];
}

export function chartFigure({ chart: { svg, width }, caption }: PageChart): Html {
  const named = adaptiveSvg(svg)
    // Plot names its groups, which have no role to be named by; what the whole shows is the caption.
    .replaceAll(/<g aria-label="[^"]*"/g, "<g")
    .replace(/role="img"(?: aria-label="[^"]*")?/, `role="img" aria-label="${escapeMarkup(caption)}"`);
  return html`<figure class="chart" tabindex="0" style="--width:${width}px">${new Html(named)}</figure>`;
}

export function gridImage({ png, width, height }: PageGrid, alt: string): Html {
  return html`<img class="pixels" src="${dataUrl(png)}" width="${width}" height="${height}" alt="${alt}">`;
}

export function imageRows({ columns = [], rows }: ImageRows): Html {
  const middle = (columns.length - 1) / 2;
  const isShown = (i: number): boolean => i === 0 || i === middle || i === columns.length - 1;
  return html`<div class="rows" tabindex="0">
    ${
      columns.length > 0 &&
      html`<div class="scale" aria-hidden="true">${columns.map((text, i) => html`<span>${isShown(i) && text}</span>`)}</div>`
    }
    ${rows.map(
      ({ name, note, idle, alt, grid }) => html`<div class="images${idle && " idle"}">
      <p><b>${name}</b>${note !== undefined && html` <span>${note}</span>`}</p>
      ${gridImage(grid, alt)}
    </div>`,
    )}
  </div>`;
}

/** @param words explains what its headings name */
export function dataTable({ columns, rows }: PageTable, words: Footnotes): Html {
  return html`<div class="scroll" tabindex="0"><table>
      <thead><tr>${columns.map((column) => (column === "" ? html`<td></td>` : html`<th scope="col">${words.mark(column)}</th>`))}</tr></thead>
      <tbody>${rows.map(
        ([name, ...cells]) =>
          html`<tr><th scope="row">${words.mark(name!)}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
      )}</tbody>
    </table></div>`;
}

export const dataUrl = (png: Uint8Array): string => `data:image/png;base64,${encodeBase64(png)}`;
