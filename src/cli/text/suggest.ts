/** A suggestion as an argument, as commands, and as a sweep's file. */
import { stringify } from "yaml";
import type { SuggestionValue } from "../../jobs/index.ts";
import type { Told } from "./told.ts";

export function suggestText({ value, subject }: Told): string {
  const { reasons, caveats, trainings, sweep, path } = value as SuggestionValue;
  const command = (set: readonly string[]): string =>
    [`betalab train ${subject}`, ...set.map((text) => `--set ${quoted(text)}`)].join(" ");
  return [
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
    ...caveats.map((caveat) => `   but ${caveat}`),
    "",
    ...trainings.map(({ set }) => command(set)),
    "",
    "# a sweep file",
    stringify(sweep, { flowCollectionPadding: false }).trimEnd(),
    "",
    `probe  ${path}`,
  ].join("\n");
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w.=,[\]-]+$/.test(text) ? text : `'${text}'`);
