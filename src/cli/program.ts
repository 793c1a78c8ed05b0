/**
 * From the command line to the command that it asks for. Commander parses and writes help; its errors become
 * ours, and it never exits, prints an error or reads the environment.
 */
import { Command, CommanderError, Option as CommanderOption } from "commander";
import { BetalabError, suggest } from "../base/errors.ts";
import type { CommandDefinition, CommandGroup, CommandIo, Given, Option } from "./command.ts";
import type { Environment, TextStream } from "./io.ts";
import type { CommandResult } from "./output.ts";

export type Commands = readonly (CommandDefinition | CommandGroup)[];

export interface CommandLineContext {
  readonly commands: Commands;
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
  for (const entry of context.commands) {
    if ("commands" in entry) {
      const group = program.command(entry.name).description(sentence(entry.summary));
      for (const command of entry.commands) add(group, command);
    } else add(program, entry);
  }

  function add(parent: Command, definition: CommandDefinition): void {
    addCommand(parent, definition, (args, given) => {
      const options = readOptions(definition, given, context.environment);
      invocation = (io) => definition.run(args, options, io);
    });
  }

  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) return withoutCommand(error, argv, program, context);
  }
  return invocation;
}

function rootProgram({ version, stdout }: CommandLineContext): Command {
  return new Command("betalab")
    .description("Train variational autoencoders on images, see the latent space, measure it.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show the help of a command")
    .option("--json", "print the result, or the error, as one JSON value")
    .option("-q, --quiet", "no progress and no notes")
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
  parent: Command,
  definition: CommandDefinition,
  choose: (args: readonly string[], given: Raw) => void,
): void {
  const command = parent
    .command(definition.name)
    .summary(definition.summary)
    .description(sentence(definition.summary))
    .addHelpText("before", example(definition.example));
  for (const { name, description, required = true, variadic = false } of definition.arguments) {
    const inner = variadic ? `${name}...` : name;
    command.argument(required ? `<${inner}>` : `[${inner}]`, description);
  }
  for (const [key, option] of Object.entries(definition.options)) {
    command.addOption(commanderOption(key, option, definition.name));
  }
  command.action((...received: unknown[]) => {
    // Commander passes each argument, then the options, then the command itself.
    const args = received
      .slice(0, -2)
      .flat()
      .filter((value) => value !== undefined);
    choose(args as string[], command.opts());
  });
}

function commanderOption(key: string, option: Option<unknown>, command: string): CommanderOption {
  const variable = option.environment === undefined ? "" : ` [${option.environment}]`;
  const made = new CommanderOption(option.flags, `${option.description}${variable}`);
  if (made.attributeName() !== key || made.negate) {
    throw new Error(`internal: the option ${option.flags} of ${command} is called ${key}`);
  }
  // Values are only collected here, so that those of the environment are read by the same code.
  if (made.required) {
    made.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  }
  return made;
}

function readOptions(definition: CommandDefinition, raw: Raw, environment: Environment) {
  const entries = Object.entries(definition.options).map(([key, option]): [string, unknown] => {
    return [key, option.read(givenFor(option, raw[key], environment))];
  });
  // `defineCommand` tied the names and types of the values to `definition.options`.
  return Object.fromEntries(entries) as Parameters<typeof definition.run>[1];
}

function givenFor(option: Option<unknown>, raw: Raw[string], environment: Environment): Given {
  const from = /--[\w-]+/.exec(option.flags)?.[0] ?? option.flags;
  if (raw === true) return { texts: [""], from };
  if (Array.isArray(raw)) return { texts: raw as readonly string[], from };
  const { environment: variable } = option;
  const value = variable === undefined ? undefined : environment[variable];
  return variable === undefined || value === undefined || value === ""
    ? { texts: [], from }
    : { texts: [value], from: variable };
}

/** Commander gave up: a mistake, or no command was named. */
function withoutCommand(
  error: CommanderError,
  argv: readonly string[],
  program: Command,
  { commands }: CommandLineContext,
): undefined {
  const words = argv.filter((word) => !word.startsWith("-"));
  const entry = commands.find(({ name }) => name === words[0]);
  if (error.code !== "commander.help") {
    const [problem = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
    const near = /\((Did you mean .*)\)/.exec(suggestion ?? "")?.[1];
    throw new BetalabError("usage", problem, near?.replace("Did", "did") ?? helpHint(words, entry));
  }
  // It wanted a command and got none: of the program, of a group, or of `help`.
  if (words.length === 0) {
    program.outputHelp();
    return undefined;
  }
  if (entry !== undefined && "commands" in entry) {
    const names = entry.commands.map(({ name }) => name).join(", ");
    throw new BetalabError("usage", `betalab ${entry.name} needs a command`, `choose one of: ${names}`);
  }
  const unknown = words.at(-1)!;
  const names = commands.map(({ name }) => name);
  throw new BetalabError("usage", `unknown command '${unknown}'`, suggest(unknown, names));
}

function helpHint(words: readonly string[], entry: Commands[number] | undefined): string {
  if (entry === undefined) return "betalab --help lists the commands";
  const inner = "commands" in entry && entry.commands.some(({ name }) => name === words[1]);
  return `see betalab ${entry.name}${inner ? ` ${words[1]}` : ""} --help`;
}

const example = (line: string): string => `Example:\n  $ ${line}\n`;
const sentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
