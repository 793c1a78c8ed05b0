/** The texts of the steps as HTML: paragraphs, `code`, words of the glossary as links to it. Between dollars HTML stands already. */

import { escapeMarkup } from "../../src/base/escape.ts";
import { anchorOf, type Entry, wordsIn } from "../../src/metrics/index.ts";

/** A paragraph or formula each. A word is marked where it first stands. */
export function renderText(text: string): string[] {
  const known = new Set<Entry>();
  const marked = (part: string): string =>
    wordsIn(part)
      .map(({ text: form, entry }) => {
        if (entry === undefined || known.has(entry)) return escapeMarkup(form);
        known.add(entry);
        const meaning = escapeMarkup(entry.plain);
        return `<a class="word" href="../../glossary/#${anchorOf(entry)}" target="glossary" aria-description="${meaning}">${escapeMarkup(form)}</a>`;
      })
      .join("");
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => {
      const display = /^\$\$([\s\S]+)\$\$$/.exec(paragraph);
      if (display) return display[1]!;
      return `<p>${paragraph
        .split(/(\$[^$]+\$|`[^`]+`)/)
        .map((part) => inline(part, marked))
        .join("")}</p>`;
    });
}

function inline(part: string, plain: (text: string) => string): string {
  if (part.startsWith("$")) return part.slice(1, -1);
  if (part.startsWith("`")) return `<code>${escapeMarkup(part.slice(1, -1))}</code>`;
  return plain(part);
}
