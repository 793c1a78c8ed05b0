/** The command that the scripts of `completion` call at each Tab: what may stand where the cursor is. */
import type { OptionDescription } from "../../workbench/index.ts";
import type { Argument, Command } from "../command.ts";
import type { Choice } from "../descriptions.ts";
import { flagOf } from "../options.ts";

export interface Completions {
  /** Which paths may stand there beside the choices. */
  readonly paths: "none" | "files" | "folders";
  readonly choices: readonly Choice[];
}

/** Options of every command. */
const globals: readonly OptionDescription[] = [
  { name: "json", type: "boolean", description: "print the result, or the error, as one JSON value" },
  { name: "quiet", type: "boolean", description: "no progress and no notes" },
  {
    name: "configModule",
    type: "string",
    description: "load your own objectives, nets, jobs … from it",
    placeholder: "file",
  },
  { name: "help", type: "boolean", description: "show help" },
];

export const completeCommand = (commands: () => readonly Command[]): Command => ({
  name: "complete",
  summary: "answer a shell's Tab",
  example: "betalab complete -- train mn",
  hidden: true,
  arguments: [{ name: "word", description: "the words up to the cursor", required: false, variadic: true }],
  options: [],
  async run(words) {
    const value = complete(words, commands());
    const lines = value.choices.map(([name, summary]) => `${name}\t${summary}`);
    return { value, text: [value.paths, ...lines].join("\n") };
  },
});

/** @param words those after `betalab`, up to the cursor; the last one is being written, "" when it has not begun */
export function complete(words: readonly string[], commands: readonly Command[]): Completions {
  const before = rejoin(words);
  const current = before.pop() ?? "";
  const path: string[] = [];
  const args: string[] = [];
  const given = new Set<string>();
  let command: Command | undefined;
  let open: OptionDescription | undefined;
  let onlyArguments = false;
  const optionOf = (word: string): OptionDescription | undefined =>
    [...(command?.options ?? []), ...globals].find(({ name }) => flagOf(name) === word.split("=")[0]);
  for (const word of before) {
    if (open !== undefined) open = undefined;
    else if (word === "--") onlyArguments = true;
    else if (word.startsWith("-") && !onlyArguments) {
      const option = optionOf(word);
      if (option?.repeated !== true) given.add(word.split("=")[0]!);
      if (option?.type !== "boolean" && !word.includes("=")) open = option;
    } else if (command === undefined && path.length === 0 && word === "help") continue;
    else {
      // "sweep" is a command itself, beside "sweep status".
      const longer = [...path, word].join(" ");
      const next = args.length > 0 ? undefined : commands.find(({ name }) => name === longer);
      if (command === undefined || next !== undefined) path.push(word);
      else args.push(word);
      command = next ?? command;
    }
  }
  if (open !== undefined) return valuesOf(open, current);
  if (current.startsWith("-") && !onlyArguments) {
    if (current.includes("=")) return valuesOf(optionOf(current), current);
    const options = [...(command?.options ?? []), ...globals].filter(({ name }) => !given.has(flagOf(name)));
    return choose(
      options.map(({ name, description }) => [flagOf(name), description]),
      current,
    );
  }
  const more = args.length > 0 ? [] : wordsAfter(path, commands);
  const last = command?.arguments.at(-1);
  const argument = command?.arguments[args.length] ?? (last?.variadic ? last : undefined);
  if (before[0] === "help" || argument === undefined) return choose(more, current);
  return choose([...more, ...(argument.choices ?? [])], current, argument.paths);
}

/** Bash takes `--only=mig` and `a=b` for three words each. */
function rejoin(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [i, word] of words.entries()) {
    const ofOption = (at: number): boolean => words[at] === "=" && words[at - 1]?.startsWith("--") === true;
    if (ofOption(i)) {
      if (i === words.length - 1) joined.push("");
    } else if (i > 0 && (word === "=" || (words[i - 1] === "=" && !ofOption(i - 1)))) {
      joined[joined.length - 1] += word;
    } else joined.push(word);
  }
  return joined;
}

/** The next word of every command whose name begins with `path`. */
function wordsAfter(path: readonly string[], commands: readonly Command[]): Choice[] {
  const found = new Map<string, string>();
  for (const { name, summary, hidden } of commands) {
    const words = name.split(" ");
    const next = words[path.length];
    if (hidden || next === undefined || !path.every((word, i) => word === words[i])) continue;
    const isGroup = words.length > path.length + 1;
    found.set(next, isGroup ? [found.get(next), words.at(-1)].filter(Boolean).join(", ") : summary);
  }
  return [...found];
}

/** What `current`, an option's value or `--option=value`, may become; the last of a list that commas divide. */
function valuesOf(option: OptionDescription | undefined, current: string): Completions {
  const from = Math.max(
    current.startsWith("--") ? current.indexOf("=") : -1,
    option?.list ? current.lastIndexOf(",") : -1,
  );
  const kept = current.slice(0, from + 1);
  const taken = kept.slice(kept.indexOf("=") + 1).split(",");
  const choices = (option?.choices ?? []).filter((choice) => !taken.includes(choice));
  return choose(
    choices.map((choice) => [kept + choice, ""]),
    current,
    pathsOf(option),
  );
}

function pathsOf(option: OptionDescription | undefined): Completions["paths"] {
  if (option?.type !== "string" || option.choices !== undefined || option.repeated) return "none";
  if (option.placeholder === "folder") return "folders";
  return option.placeholder === "file" || option.placeholder === "place" ? "files" : "none";
}

function choose(
  choices: readonly Choice[],
  current: string,
  paths: Argument["paths"] | "none" = "none",
): Completions {
  return { paths, choices: choices.filter(([name]) => name.startsWith(current)) };
}
