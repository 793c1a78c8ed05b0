/**
 * The glossary in a page: a word that it explains is a link to its footnote, which says what the word means; the page's
 * script shows the plain line beside the word under the pointer or the keyboard's focus, and on paper it has a number.
 */

import { type Entry, formsOf, glossary } from "../metrics/index.ts";
import { type Html, html } from "./html.ts";

/** Forms that also are everyday words or letters: they are explained when asked for, and not marked. */
const everyday =
  /^(z|C|±|active|idle|scale|ceiling|silent|step|epoch|seed|settings?|factors?|codes?|marginal|heldOut|rate|embedding|projection|schedule|likelihood)$/i;

const byForm = new Map(
  glossary.flatMap(({ entries }) =>
    entries.flatMap((entry) =>
      formsOf(entry)
        .filter((form) => !everyday.test(form))
        .map((form) => [form, entry] as const),
    ),
  ),
);

/** Longest first, between characters that are no letters: KL in "KL (nats)", not in "KL_d". */
const anyForm = new RegExp(
  `(?<![\\p{L}\\p{N}_])(?:${[...byForm.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("|")})(?![\\p{L}\\p{N}_])`,
  "gu",
);

/** The footnotes of one page, numbered as its words come. */
export class Footnotes {
  readonly #numbers = new Map<Entry, number>();

  /** The text with each word's first occurrence as a link; `once`: only words that the page had not yet. */
  mark(text: string, once = false): Html {
    const before = new Set<Entry>(once ? this.#numbers.keys() : []);
    const parts: (Html | string)[] = [];
    let at = 0;
    for (const match of text.matchAll(anyForm)) {
      const entry = byForm.get(match[0])!;
      if (before.has(entry)) continue;
      before.add(entry);
      parts.push(text.slice(at, match.index), this.#link(match[0], entry));
      at = match.index + match[0].length;
    }
    return html`${[...parts, text.slice(at)]}`;
  }

  #link(form: string, entry: Entry): Html {
    const number = this.#numbers.get(entry) ?? this.#numbers.size + 1;
    this.#numbers.set(entry, number);
    return html`<a class="word" href="#word-${number}" aria-describedby="word-${number}">${form}<sup>${number}</sup></a>`;
  }

  /** All words that were marked so far; call it last. */
  section(): Html | false {
    if (this.#numbers.size === 0) return false;
    return html`<section>
  <h2>Words</h2>
  <dl class="definitions">${[...this.#numbers].map(
    ([{ term, unit, plain, exact }, number]) =>
      html`<div id="word-${number}"><dt>${number} ${term}${unit !== undefined && html` <span>${unit}</span>`}</dt><dd class="plain">${plain}</dd><dd>${exact}</dd></div>`,
  )}</dl>
</section>`;
  }
}
