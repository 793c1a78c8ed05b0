/** `docs/glossary.md`: every word and unit, in a line for learners and a line for researchers. */

import { type Entry, glossary } from "../../src/metrics/index.ts";
import { generated, page } from "./markdown.ts";

const introduction = `# Glossary

Every word and unit that betalab shows, first in plain words, then exactly. \`betalab explain kl\` says the same, and so do reports and
comparisons where the word stands. How each number is measured: [metrics.md](metrics.md); what is minimised: [objectives.md](objectives.md).`;

export const glossaryPage = (): string =>
  page([
    generated("src/metrics/glossary"),
    introduction,
    ...glossary.flatMap(({ title, entries }) => [`## ${title}`, ...entries.map(entryText)]),
  ]);

function entryText({ term, also = [], unit, plain, exact, see = [] }: Entry): string {
  const heading = [`**${term}**`, ...also].join(", ");
  const more = [
    ...(unit === undefined ? [] : [`Unit: ${unit}.`]),
    ...(see.length === 0 ? [] : [`See ${see.join(", ")}.`]),
  ];
  return [`${heading}<br>`, `${plain}<br>`, `*${[exact, ...more].join(" ")}*`].join("\n");
}
