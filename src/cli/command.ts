/**
 * What a command is. Nearly all of them are made from the descriptions of jobs; the few that only make sense on a
 * command line are in `commands/`.
 */
import type { OptionDescription } from "../workbench/index.ts";
import type { Choice } from "./descriptions.ts";
import type { Environment } from "./io.ts";
import type { CommandResult, Output } from "./output.ts";

export interface Argument {
  /** As in help: `run`. */
  readonly name: string;
  readonly description: string;
  /** Default: true. */
  readonly required?: boolean;
  /** Takes all that follow; only the last can. Default: false. */
  readonly variadic?: boolean;
  /** Names that can be given, for completion. */
  readonly choices?: readonly Choice[] | undefined;
  /** Which paths can be given, for completion. Default: none. */
  readonly paths?: "files" | "folders";
}

/** The values of a command's options, by name; absent ones are not there. */
export type OptionValues = Readonly<Record<string, unknown>>;

export interface CommandIo {
  readonly output: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly environment: Environment;
}

export interface Command {
  /** "train"; of a group, "data list". */
  readonly name: string;
  /** One line, lower case, no full stop: it stands in the list of commands. */
  readonly summary: string;
  /** A line that runs, shown at the top of the command's help. */
  readonly example: string;
  /** Not in the list of commands. Default: false. */
  readonly hidden?: boolean;
  readonly arguments: readonly Argument[];
  readonly options: readonly OptionDescription[];
  /**
   * Does it. Absent trailing arguments are absent in `args`; a variadic one gives all its values, one after another.
   *
   * @returns the result to print; nothing when it printed it itself.
   */
  run(args: readonly string[], options: OptionValues, io: CommandIo): Promise<CommandResult | undefined>;
}
