/** The glossary as HTML, for the page that all words of the playground, the tutorial and the studio lead to. It needs `dist/`. */

const dist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

export async function glossaryBody() {
  const [{ anchorOf, explain, glossary }, { escapeMarkup }] = await Promise.all([
    dist("metrics/index.js"),
    dist("base/escape.js"),
  ]);
  /** With z_d and β_norm as they are in print. */
  const printed = (text) =>
    escapeMarkup(text).replaceAll(/(?<=\p{L})_(\p{Ll}{1,2}(?!\p{L})|(?<=β_)norm)/gu, "<sub>$1</sub>");
  const prose = (text) => printed(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
  const link = (term) => `<a href="#${anchorOf(explain(term))}">${printed(term)}</a>`;
  const entryOf = ({ term, also = [], unit, plain, exact, see = [], ...entry }) =>
    [
      `<div id="${anchorOf({ term, ...entry })}">`,
      `<dt>${printed(term)}${also.length > 0 ? ` <span>${also.map(printed).join(", ")}</span>` : ""}</dt>`,
      `<dd>${prose(plain)}</dd>`,
      `<dd class="exact">${prose(exact)}${unit === undefined ? "" : ` Unit: ${escapeMarkup(unit)}.`}</dd>`,
      ...(see.length > 0 ? [`<dd class="exact">See ${see.map(link).join(", ")}.</dd>`] : []),
      "</div>",
    ].join("");
  return `<header>
  <p class="kicker"><a href="../">betalab</a><button id="theme" type="button" class="quiet">◐ <span>auto</span></button></p>
  <h1>Glossary</h1>
  <p>Every word and unit that betalab shows, first in plain words, then exactly.</p>
</header>
<main>
${glossary.map(({ title, entries }) => `<section><h2>${escapeMarkup(title)}</h2><dl>${entries.map(entryOf).join("\n")}</dl></section>`).join("\n")}
</main>`;
}
