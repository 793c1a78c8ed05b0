/**
 * The glossary in a page: a word that it explains is a link to its footnote, which says what the word means; the page's
 * script shows the plain line beside the word under the pointer or the keyboard's focus, and on paper it has a number.
 */

import { type Entry, wordsIn } from "../metrics/index.ts";
import { type Html, html } from "./html.ts";

/** The footnotes of one page, numbered as its words come. */
export class Footnotes {
  readonly #numbers = new Map<Entry, number>();

  /** The text with each word's first occurrence as a link; `once`: only words that the page had not yet. */
  mark(text: string, once = false): Html {
    const before = new Set<Entry>(once ? this.#numbers.keys() : []);
    const parts = wordsIn(text).map(({ text: form, entry }) => {
      if (entry === undefined || before.has(entry)) return form;
      before.add(entry);
      return this.#link(form, entry);
    });
    return html`${parts}`;
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
