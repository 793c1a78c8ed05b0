/**
 * What a command is. Each file in `commands/` exports one; all of them are loaded at start, so such a file imports
 * nothing heavy: `run` fetches the rooms that it needs with `await import(…)`.
 */
import type { Environment } from "./io.ts";
import type { CommandResult, Output } from "./output.ts";

/** What the command line (or the environment) gave for an option, before it is understood. */
export interface Given {
  /** The values in the order given; empty when the option is absent. A flag without value gives `[""]`. */
  readonly texts: readonly string[];
  /** Where they come from, for messages: `--seed` or `BETALAB_SEED`. */
  readonly from: string;
}

/** One option of a command, and how its text becomes a `T`. */
export interface Option<T> {
  /** As in help: `--seed <number>`, `--all`. */
  readonly flags: string;
  readonly description: string;
  /** The variable that is read when the option is absent. */
  readonly environment?: string;
  /** @throws BetalabError "usage" that names `given.from` and the wrong value. */
  read(given: Given): T;
}

export interface Argument {
  /** As in help: `run`. */
  readonly name: string;
  readonly description: string;
  /** Default: true. */
  readonly required?: boolean;
  /** Takes all that follow; only the last can. Default: false. */
  readonly variadic?: boolean;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of a command's options, typed by the options. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** What a command may use of the outside. */
export interface CommandIo {
  readonly output: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly environment: Environment;
}

export interface CommandDefinition<O extends Options = Options> {
  readonly name: string;
  /** One line, lower case, no full stop: it stands in the list of commands. */
  readonly summary: string;
  /** A line that runs, shown at the top of the command's help: `betalab train mnist --epochs 3`. */
  readonly example: string;
  readonly arguments: readonly Argument[];
  /** By the camel-case name of the flag: `--data-dir` is `dataDir`. */
  readonly options: O;
  /**
   * Does it. Absent trailing arguments are absent in `args`; a variadic one gives all its values, one after another.
   *
   * @returns the result to print; nothing when it printed it itself.
   */
  run(args: readonly string[], options: OptionValues<O>, io: CommandIo): Promise<CommandResult | undefined>;
}

/** Commands under one word: `betalab data list`, `betalab data fetch`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandDefinition[];
}

/** Gives `run` the types of the options. */
export function defineCommand<const O extends Options>(definition: CommandDefinition<O>): CommandDefinition {
  return definition;
}
