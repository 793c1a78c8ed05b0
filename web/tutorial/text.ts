/** The texts of the steps as HTML: paragraphs, `code`, formulas by KaTeX. */

import katex from "katex";
import { escapeMarkup } from "../../src/base/escape.ts";

/** Throws what KaTeX says of a formula that it can't read. */
export function renderText(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => {
      const display = /^\$\$([\s\S]+)\$\$$/.exec(paragraph);
      if (display) return formula(display[1]!, true);
      return `<p>${paragraph
        .split(/(\$[^$]+\$|`[^`]+`)/)
        .map(inline)
        .join("")}</p>`;
    })
    .join("\n");
}

function inline(part: string): string {
  if (part.startsWith("$")) return formula(part.slice(1, -1), false);
  if (part.startsWith("`")) return `<code>${escapeMarkup(part.slice(1, -1))}</code>`;
  return escapeMarkup(part);
}

const formula = (tex: string, displayMode: boolean): string =>
  katex.renderToString(tex, { displayMode, throwOnError: true, output: "htmlAndMathml" });
