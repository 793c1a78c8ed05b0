/** A suggestion as an argument, as commands, and as a sweep's file. */
import { stringify } from "yaml";
import { shellWord } from "../../base/escape.ts";
import type { SuggestionValue } from "../../jobs/index.ts";
import { flagOf } from "../options.ts";
import type { Told } from "./told.ts";

export function suggestText({ value, subject, options }: Told): string {
  const { reasons, caveats, trainings, sweep, path } = value as SuggestionValue;
  const given = (...names: string[]): string[] =>
    names.flatMap((name) => (options[name] === undefined ? [] : [flagOf(name), String(options[name])]));
  const command = (...words: readonly string[]): string => ["betalab", ...words.map(shellWord)].join(" ");
  return [
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
    ...caveats.map((caveat) => `   but ${caveat}`),
    "",
    ...trainings.map(({ set }) =>
      command(
        ...["train", String(subject)],
        ...set.flatMap((text) => ["--set", text]),
        ...given("data", "seed", "device"),
      ),
    ),
    "",
    `# a sweep file, for: ${command("sweep", "sweep.yaml", ...given("data", "device"))}`,
    stringify(sweep, { flowCollectionPadding: false }).trimEnd(),
    "",
    `probe  ${path}`,
  ].join("\n");
}
