/** From what the command line (or the environment) gave for an option to its value, and an option as help shows it. */
import { BetalabError, suggest } from "../base/errors.ts";
import type { OptionDescription } from "../workbench/index.ts";

/** What was given for an option, before it is understood. */
export interface Given {
  /** The values in the order given; empty when the option is absent. A flag without value gives `[""]`. */
  readonly texts: readonly string[];
  /** Where they come from, for messages: `--seed` or `BETALAB_SEED`. */
  readonly from: string;
}

/** `oneWay` → `--one-way`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** As in help: `--seed <number>`, `--one-way`. */
export function flagsOf(option: OptionDescription): string {
  if (option.type === "boolean") return flagOf(option.name);
  const { placeholder, unit, choices, type, name, list } = option;
  const value =
    placeholder ??
    (unit === undefined ? undefined : (units[unit] ?? unit)) ??
    (choices ? name : type === "string" ? (list ? `${name}s` : name) : list ? "numbers" : "number");
  return `${flagOf(name)} <${value}>`;
}

const units: Readonly<Record<string, string>> = { ms: "milliseconds", s: "seconds" };

/** The description with the choices, the default and the variable. */
export function helpOf(option: OptionDescription): string {
  const { description, choices, default: value, unit, environment, type, repeated } = option;
  const isShown = value !== undefined && type !== "boolean" && !(Array.isArray(value) && value.length === 0);
  return [
    description,
    ...(choices ? [`(${choices.join(", ")})`] : []),
    ...(isShown
      ? [`(default: ${[value].flat().join(repeated ? " and " : ",")}${unit === undefined ? "" : ` ${unit}`})`]
      : []),
    ...(environment === undefined ? [] : [`[${environment}]`]),
  ].join(" ");
}

/**
 * The value of an option; `undefined` when nothing was given.
 *
 * @throws BetalabError "usage" that names `given.from` and the wrong value.
 */
export function readOption(option: OptionDescription, given: Given): unknown {
  const { texts, from } = given;
  if (texts.length === 0) return undefined;
  if (option.type === "boolean") return true;
  if (option.list !== true) return readOne(option, texts.at(-1)!, from);
  // Names and numbers have commas between them, or the option is repeated: --index 3,8.
  const parts = option.repeated ? texts : texts.flatMap((one) => one.split(",")).map((part) => part.trim());
  return parts.map((part) => readOne(option, part, from));
}

function readOne(option: OptionDescription, text: string, from: string): unknown {
  const { type, choices, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = option;
  if (text === "") throw new BetalabError("usage", `${from} is empty`);
  if (choices !== undefined && !choices.includes(text)) {
    throw new BetalabError("usage", `${from}: "${text}" is not one of its values`, suggest(text, choices));
  }
  if (type === "string") return text;
  const pattern = type === "integer" ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const value = pattern.test(text) ? Number(text) : Number.NaN;
  const isNumber = type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (isNumber && value >= minimum && value <= maximum) return value;
  const kind = type === "integer" ? "whole number" : "number";
  const bounds = [
    ...(Number.isFinite(minimum) ? [` from ${minimum}`] : []),
    ...(Number.isFinite(maximum) ? [` to ${maximum}`] : []),
  ];
  throw new BetalabError("usage", `${from}: "${text}" is not a ${kind}${bounds.join("")}`);
}

/** Options that are named by commands without them: `config` speaks of what `train` will be given. */
const named = ["configModule", "data", "out", "takeOver"];

/** Words with each option as the flag that it is here: `` `step` `` and "option step" → --step. */
export function dress(text: string, names: Iterable<string>): string {
  const known = new Set([...named, ...names]);
  return text.replaceAll(/`(\w+)`|\boption (\w+)/g, (whole, quoted?: string, bare?: string) => {
    const name = quoted ?? bare!;
    return known.has(name) ? flagOf(name) : whole;
  });
}

/** An error in those words. */
export function withFlags(error: unknown, names: Iterable<string> = []): unknown {
  if (!(error instanceof BetalabError)) return error;
  const known = [...names];
  const { code, message, hint } = error;
  return new BetalabError(code, dress(message, known), hint && dress(hint, known), { cause: error.cause });
}
