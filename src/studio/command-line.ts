/** From a form to the words of a command line, which the command line's own parser then reads: it refuses here what it refuses there. */

import { shellWord } from "../base/escape.ts";
import { commandOf, flagOf, parseCommandLine } from "../cli/index.ts";
import type { JobDescription } from "../workbench/index.ts";
import type { OptionValue } from "./protocol.ts";

export interface Parsed {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** The words after `betalab`; empty values are left out. */
export function wordsOf(
  job: JobDescription,
  subject: readonly string[],
  options: Readonly<Record<string, OptionValue>>,
): string[] {
  const positional = job.options.find((option) => option.positional)?.name;
  const flags = Object.entries(options).flatMap(([name, value]) => {
    if (name === positional || value === null || value === "" || value === false) return [];
    if (value === true) return [flagOf(name)];
    const repeated = job.options.find((option) => option.name === name)?.repeated === true;
    const texts = Array.isArray(value) ? value.map(String) : [String(value)];
    const given = repeated ? texts.filter((text) => text !== "") : texts.length > 0 ? [texts.join(",")] : [];
    // What begins with a dash would be an option itself.
    return given.flatMap((text) =>
      text.startsWith("-") ? [`${flagOf(name)}=${text}`] : [flagOf(name), text],
    );
  });
  const rest = positional === undefined ? [] : [options[positional] ?? []].flat().map(String);
  const named = [...subject, ...rest];
  const words = job.name.split(" ");
  return named.some((word) => word.startsWith("-"))
    ? [...words, ...flags, "--", ...named]
    : [...words, ...named, ...flags];
}

export const lineOf = (words: readonly string[]): string => ["betalab", ...words].map(shellWord).join(" ");

/** Throws BetalabError "usage" in the command line's own words. */
export async function parse(
  job: JobDescription,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Parsed> {
  let parsed: Parsed | undefined;
  const command = commandOf(job, () => Promise.reject(new Error("internal: it is only read")));
  const invocation = parseCommandLine(words, {
    commands: [
      {
        ...command,
        async run(args, options) {
          parsed = { args, options };
          return undefined;
        },
      },
    ],
    version: "",
    stdout: { write: () => {}, isTerminal: false, columns: 80 },
    environment,
  });
  await invocation?.(undefined as never);
  if (parsed === undefined) throw new Error(`internal: ${job.name} was not understood`);
  return parsed;
}
