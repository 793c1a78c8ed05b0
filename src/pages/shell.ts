/** What every page has in common: one HTML file with everything inside, which fetches nothing. */

import { encodeBase64 } from "../base/base64.ts";
import { Html, html } from "./html.ts";
import { pageStyle } from "./style.ts";

/** A script as it stands in a page, with the hash by which the page's policy allows it. */
export interface Script {
  readonly code: Html;
  /** "sha256-…". */
  readonly hash: string;
}

/** What pages carry; `pageAssets` of the Node door reads it from the package. */
export interface PageAssets {
  /** Regular (400) and semibold (600), TrueType. */
  readonly fonts: readonly [Uint8Array, Uint8Array];
  /** The switch between light and dark, for pages without the explorer. */
  readonly theme: Script;
  /** The live part of a report, and the worker that decodes for it. */
  readonly explorer: Script;
  /** The live part of a comparison. */
  readonly sideBySide: Script;
  readonly decoder: Script;
}

export interface PageParts {
  /** "report". */
  readonly kind: string;
  readonly title: string;
  /** CSS beside that of every page. */
  readonly style: string;
  readonly main: Html;
  /** Data for the script, at the end of the page. */
  readonly data?: Html | undefined;
  readonly script: Script;
}

export function pageShell(parts: PageParts, { fonts }: Pick<PageAssets, "fonts">): string {
  const { kind, title, style, main, data, script } = parts;
  // Whatever is written into a page: it reaches nothing, and runs no script but its own.
  const policy =
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; " +
    `script-src '${script.hash}' 'wasm-unsafe-eval'; worker-src blob:; base-uri 'none'; form-action 'none'`;
  const [regular, semibold] = fonts.map(encodeBase64);
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title} – betalab ${kind}</title>
<link rel="icon" href="data:,">
<style>${new Html(pageStyle([regular!, semibold!]) + style)}</style>
</head>
<body>
<header class="top">
  <div>
    <p class="kicker">betalab ${kind}</p>
    <h1>${title}</h1>
  </div>
  <button id="theme" type="button" class="quiet" aria-label="Colours: auto, as the system">◐ <span>auto</span></button>
</header>
<main>
${main}
</main>
<footer>Made by betalab. This file is complete: it needs no network and loads nothing.</footer>
${data}
<script>${script.code}</script>
</body>
</html>`}\n`;
}
