/** The glossary's words within a text. */

import { type Entry, formsOf, glossary } from "./index.ts";

/** Forms that also are everyday words or letters: they are explained when asked for, and not marked. */
const everyday =
  /^(z|C|±|active|idle|scale|ceiling|silent|step|epoch|seed|settings?|factors?|codes?|marginal|heldOut|rate|embedding|projection|schedule|likelihood|noise|interaction)$/i;

const byForm = new Map(
  glossary.flatMap(({ entries }) =>
    entries.flatMap((entry) =>
      formsOf(entry)
        .filter((form) => !everyday.test(form))
        .map((form) => [form, entry] as const),
    ),
  ),
);

/** Of a word as it is shown. */
export const entryOf = (form: string): Entry | undefined => byForm.get(form);

/** Longest first, between characters that are no letters: KL in "KL (nats)", not in "KL_d". */
const anyForm = new RegExp(
  `(?<![\\p{L}\\p{N}_])(?:${[...byForm.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("|")})(?![\\p{L}\\p{N}_])`,
  "gu",
);

/** The text in parts, in order; `entry` explains the part where it is a word of the glossary. */
export function wordsIn(text: string): { readonly text: string; readonly entry?: Entry }[] {
  const parts: { text: string; entry?: Entry }[] = [];
  let at = 0;
  for (const { 0: form, index } of text.matchAll(anyForm)) {
    if (index > at) parts.push({ text: text.slice(at, index) });
    parts.push({ text: form, entry: byForm.get(form)! });
    at = index + form.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
