/**
 * From the command line to the command that it asks for. Commander parses and writes help; its errors become
 * ours, and it never exits, prints an error or reads the environment.
 */
import { CommanderError, Option as CommanderOption, Command as Program } from "commander";
import { BetalabError, suggest } from "../base/errors.ts";
import type { OptionDescription } from "../workbench/index.ts";
import type { Command, CommandIo, OptionValues } from "./command.ts";
import type { Environment, TextStream } from "./io.ts";
import { flagOf, flagsOf, type Given, helpOf, readOption, withFlags } from "./options.ts";
import type { CommandResult } from "./output.ts";

/** What the commands of one word have in common: "data list", "data fetch". */
const groups: Readonly<Record<string, string>> = { data: "list, inspect, fetch and make data sets" };

export interface CommandLineContext {
  readonly commands: readonly Command[];
  readonly version: string;
  /** Help and the version go here. */
  readonly stdout: TextStream;
  readonly environment: Environment;
}

/** The chosen command with its arguments, ready to run. */
export type Invocation = (io: CommandIo) => Promise<CommandResult | undefined>;

/**
 * @returns what to run; `undefined` when help or the version was asked for and printed.
 * @throws BetalabError "usage".
 */
export function parseCommandLine(
  argv: readonly string[],
  context: CommandLineContext,
): Invocation | undefined {
  let invocation: Invocation | undefined;
  const program = rootProgram(context);
  const parents = new Map<string, Program>();
  for (const command of context.commands) {
    const [first, second] = command.name.split(" ") as [string, string?];
    addCommand(second === undefined ? program : parentOf(first), second ?? first, command, (args, given) => {
      const options = readOptions(command, given, context.environment);
      invocation = async (io) => {
        try {
          return await command.run(args, options, io);
        } catch (error) {
          const names = command.options.map(({ name }) => name);
          throw withFlags(error, names);
        }
      };
    });
  }

  function parentOf(group: string): Program {
    // "sweep" is a command itself, beside "sweep status".
    const known = parents.get(group) ?? program.commands.find((one) => one.name() === group);
    if (known !== undefined) return known;
    const made = program.command(group).description(sentence(groups[group] ?? `${group} commands`));
    parents.set(group, made);
    return made;
  }

  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) return withoutCommand(error, argv, program, context);
  }
  return invocation;
}

function rootProgram({ version, stdout }: CommandLineContext): Program {
  return new Program("betalab")
    .description("Train variational autoencoders on images, see the latent space, measure it.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show the help of a command")
    .option("--json", "print the result, or the error, as one JSON value")
    .option("-q, --quiet", "no progress and no notes")
    .option(
      "--config-module <file>",
      "load your own objectives, nets, jobs … from it (default: betalab.config.js, if it is here)",
    )
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: () => {}, // What it would say comes back as a CommanderError.
      getOutHelpWidth: () => Math.min(stdout.columns, 110),
    })
    .exitOverride()
    .addHelpText("before", example("betalab demo"));
}

type Raw = Readonly<Record<string, readonly string[] | boolean | undefined>>;

function addCommand(
  parent: Program,
  name: string,
  { summary, example: line, hidden = false, arguments: taken, options }: Command,
  choose: (args: readonly string[], given: Raw) => void,
): void {
  const command = parent
    .command(name, { hidden })
    .summary(summary)
    .description(sentence(summary))
    .addHelpText("before", example(line));
  for (const { name, description, required = true, variadic = false } of taken) {
    const inner = variadic ? `${name}...` : name;
    command.argument(required ? `<${inner}>` : `[${inner}]`, description);
  }
  for (const option of options) command.addOption(commanderOption(option));
  command.action((...received: unknown[]) => {
    // Commander passes each argument, then the options, then the command itself.
    const args = received
      .slice(0, -2)
      .flat()
      .filter((value) => value !== undefined);
    choose(args as string[], command.opts());
  });
}

function commanderOption(option: OptionDescription): CommanderOption {
  const made = new CommanderOption(flagsOf(option), helpOf(option));
  // Values are only collected here, so that those of the environment are read by the same code.
  if (made.required) {
    made.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  }
  return made;
}

function readOptions({ options }: Command, raw: Raw, environment: Environment): OptionValues {
  const entries = options.map((option): [string, unknown] => [
    option.name,
    readOption(option, givenFor(option, raw[option.name], environment)),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function givenFor(
  { name, environment: variable }: OptionDescription,
  raw: Raw[string],
  environment: Environment,
): Given {
  const from = flagOf(name);
  if (raw === true) return { texts: [""], from };
  if (Array.isArray(raw)) return { texts: raw as readonly string[], from };
  const value = variable && environment[variable];
  return variable && value ? { texts: [value], from: variable } : { texts: [], from };
}

/** Commander gave up: a mistake, or no command was named. */
function withoutCommand(
  error: CommanderError,
  argv: readonly string[],
  program: Program,
  { commands }: CommandLineContext,
): undefined {
  const words = argv.filter((word) => !word.startsWith("-"));
  const [first] = words;
  const inGroup = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (error.code !== "commander.help") {
    const [problem = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
    const near = /\((Did you mean .*)\)/.exec(suggestion ?? "")?.[1];
    throw new BetalabError("usage", problem, near?.replace("Did", "did") ?? helpHint(words, commands));
  }
  // It wanted a command and got none: of the program, of a group, or of `help`.
  if (first === undefined) {
    program.outputHelp();
    return undefined;
  }
  if (inGroup.length > 0) {
    const names = inGroup.map(({ name }) => name.slice(first.length + 1)).join(", ");
    throw new BetalabError("usage", `betalab ${first} needs a command`, `choose one of: ${names}`);
  }
  const unknown = words.at(-1)!;
  const shown = commands.filter(({ hidden }) => !hidden);
  const names = [...new Set(shown.map(({ name }) => name.split(" ")[0]!))];
  throw new BetalabError("usage", `unknown command '${unknown}'`, suggest(unknown, names));
}

function helpHint(words: readonly string[], commands: readonly Command[]): string {
  const found = [words.slice(0, 2).join(" "), words[0]].find((wanted) =>
    commands.some(({ name }) => name === wanted || name.startsWith(`${wanted} `)),
  );
  return found === undefined ? "betalab --help lists the commands" : `see betalab ${found} --help`;
}

const example = (line: string): string => `Example:\n  $ ${line}\n`;
const sentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
