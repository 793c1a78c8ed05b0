/**
 * What a person types to find runs: `beta>2 status:finished -seed:0 sprites`. Words are looked for in names and settings;
 * a field is compared with a value; a minus takes out what follows; `or` joins what stands on either side of it. All that
 * stands side by side must hold.
 */

import { nearest } from "../../src/base/errors.ts";

export type Value = string | number | boolean | undefined;

/** What is known of a run, flat: `status`, `elbo`, `objective.beta`. */
export type Fields = Readonly<Record<string, Value>>;

export interface Filter {
  matches(fields: Fields): boolean;
  /** Why it can't be understood; everything matches then. */
  readonly problem?: string;
}

const operators = [">=", "<=", "!=", ":", "=", ">", "<"] as const;
type Operator = (typeof operators)[number];

type Test = (fields: Fields) => boolean;

/**
 * @param names all fields that there are; a field may be given by its end, `beta` for `objective.beta`, where only one has
 * it
 */
export function parseFilter(text: string, names: readonly string[]): Filter {
  try {
    const alternatives = alternativesOf(wordsOf(text)).map((words) =>
      words.map((word) => testOf(word, names)),
    );
    return {
      matches: (fields) =>
        alternatives.length === 0 || alternatives.some((tests) => tests.every((test) => test(fields))),
    };
  } catch (error) {
    return { matches: () => true, problem: (error as Error).message };
  }
}

interface Word {
  readonly text: string;
  /** In quotes from the first letter on: it is looked for as it stands. */
  readonly quoted: boolean;
}

/** Split at spaces, but not in quotes. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const [whole] of text.matchAll(/(?:"[^"]*"?|[^\s"])+/g)) {
    words.push({ text: whole.replaceAll('"', ""), quoted: whole.startsWith('"') });
  }
  return words;
}

function alternativesOf(words: readonly Word[]): Word[][] {
  const isOr = ({ text, quoted }: Word): boolean => !quoted && text.toLowerCase() === "or";
  const groups: Word[][] = [[]];
  for (const word of words) {
    if (isOr(word)) groups.push([]);
    else groups.at(-1)!.push(word);
  }
  if (groups.length > 1 && groups.some(({ length }) => length === 0))
    throw new Error("or stands between two conditions: status:failed or beta>8");
  return groups.filter(({ length }) => length > 0);
}

function testOf({ text, quoted }: Word, names: readonly string[]): Test {
  if (quoted) return contains(text);
  if (text.startsWith("-") && text.length > 1) {
    const test = testOf({ text: text.slice(1), quoted }, names);
    return (fields) => !test(fields);
  }
  const split = /^([\p{L}_][\p{L}\p{N}_.-]*)(>=|<=|!=|:|=|>|<)(.*)$/u.exec(text);
  if (split === null) return contains(text);
  const [, given, operator, value] = split as unknown as [string, string, Operator, string];
  const name = fieldNamed(given, names);
  if (value === "") throw new Error(`${given}${operator} needs a value: ${given}${operator}4`);
  return compare(name, operator, value, given);
}

function contains(text: string): Test {
  const wanted = text.toLowerCase();
  return (fields) =>
    Object.values(fields).some((value) => typeof value === "string" && value.toLowerCase().includes(wanted));
}

/** Other words that people use for the numbers of the table. */
const also: Readonly<Record<string, string>> = {
  elbo: "negativeElbo",
  nelbo: "negativeElbo",
  active: "activeUnits",
  lr: "optimizer.learningRate",
};

/** Throws an Error naming what there is, where none or several fit. */
function fieldNamed(given: string, names: readonly string[]): string {
  if (names.includes(given)) return given;
  const lower = given.toLowerCase();
  const same = names.find((name) => name.toLowerCase() === lower);
  if (same !== undefined) return same;
  const other = also[given] ?? also[lower];
  if (other !== undefined) return other;
  const ending = names.filter((name) => name.toLowerCase().endsWith(`.${lower}`));
  if (ending.length === 1) return ending[0]!;
  if (ending.length > 1) throw new Error(`${given} may be ${ending.join(" or ")}`);
  const near = nearest(given, [...names, ...names.map((name) => name.slice(name.lastIndexOf(".") + 1))]);
  throw new Error(`no run has a field ${given}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function compare(name: string, operator: Operator, text: string, given: string): Test {
  if (operator === ":" || operator === "=") return (fields) => oneOf(fields[name], text.split(","));
  if (operator === "!=") return (fields) => !oneOf(fields[name], text.split(","));
  const wanted = Number(text);
  if (Number.isNaN(wanted)) throw new Error(`${given}${operator}${text}: ${text} is not a number`);
  return (fields) => {
    const value = fields[name];
    if (typeof value !== "number") return false;
    switch (operator) {
      case ">":
        return value > wanted;
      case "<":
        return value < wanted;
      case ">=":
        return value >= wanted;
      default:
        return value <= wanted;
    }
  };
}

/** Numbers are the same number, texts begin alike: `status:fin`, `beta:1,2`. A star stands for anything. */
function oneOf(value: Value, wanted: readonly string[]): boolean {
  return wanted.some((one) => {
    if (typeof value === "number") return one !== "" && value === Number(one);
    const text = value === undefined ? "none" : String(value).toLowerCase();
    const [lower, ...rest] = one.toLowerCase().split("*");
    if (rest.length === 0) return text.startsWith(lower!);
    return (
      rest.reduce(
        (at, part) => (at < 0 || !text.includes(part, at) ? -1 : text.indexOf(part, at) + part.length),
        text.startsWith(lower!) ? lower!.length : -1,
      ) >= 0
    );
  });
}
