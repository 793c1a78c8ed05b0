/** What a form holds for a job's options, and the options that it asks for: what is left as it was is not said. */

import type { OptionDescription } from "../../src/workbench/index.ts";

/** As it stands in the form: text of a field, lines of a repeated one, a tick. */
export type Entry = string | boolean;
export type Entries = Readonly<Record<string, Entry>>;

/** What a field shows before anybody types. */
export function blank(option: OptionDescription): Entry {
  if (option.type === "boolean") return option.default === true;
  return "";
}

/** What stands in an empty field: the default, as it would be typed. */
export function placeholderOf({ default: value, placeholder, unit, minimum }: OptionDescription): string {
  if (value !== undefined && !(Array.isArray(value) && value.length === 0)) return [value].flat().join(", ");
  return placeholder ?? unit ?? (minimum === undefined ? "" : `from ${minimum}`);
}

/**
 * The options to send. A number that is none is sent as the text that it is: whoever carries the job out says what is
 * wrong, in the same words everywhere.
 */
export function optionsOf(options: readonly OptionDescription[], entries: Entries): Record<string, unknown> {
  const said = options.flatMap((option) => {
    const entry = entries[option.name] ?? blank(option);
    const value = typeof entry === "boolean" ? entry : typedValue(option, entry);
    return value === undefined ||
      value === (option.default ?? (option.type === "boolean" ? false : undefined))
      ? []
      : [[option.name, value] as const];
  });
  return Object.fromEntries(said);
}

function typedValue(option: OptionDescription, text: string): unknown {
  if (text.trim() === "") return undefined;
  if (option.list !== true) return one(option, text.trim());
  const parts = text.split(option.repeated ? "\n" : /[\n,]/).map((part) => part.trim());
  return parts.filter((part) => part !== "").map((part) => one(option, part));
}

function one({ type }: OptionDescription, text: string): unknown {
  if (type !== "integer" && type !== "number") return text;
  const value = Number(text);
  // Beyond this, digits are lost: the text is told as it was typed.
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : text;
}

/** One axis of a sweep's grid, as typed. */
export interface Axis {
  readonly key: string;
  /** "1, 2, 4". */
  readonly values: string;
}

const filled = (axes: readonly Axis[]): Axis[] =>
  axes.filter(({ key, values }) => key.trim() !== "" && values.trim() !== "");

/** The sweep that a form describes; values are read as JSON where they are some, else as words. */
export function sweepOf(
  config: string,
  name: string,
  axes: readonly Axis[],
  seeds: string,
): Readonly<Record<string, unknown>> {
  const grid = filled(axes);
  return {
    ...(name.trim() !== "" && { name: name.trim() }),
    config,
    ...(seeds.trim() !== "" && { seeds: Number.isNaN(Number(seeds)) ? seeds : Number(seeds) }),
    ...(grid.length > 0 && {
      grid: Object.fromEntries(grid.map(({ key, values }) => [key.trim(), split(values).map(parsed)])),
    }),
  };
}

/** How many runs that is. */
export function countOf(axes: readonly Axis[], seeds: string): number {
  const own = Number(seeds);
  return filled(axes).reduce((count, { values }) => count * split(values).length, own >= 1 ? own : 1);
}

/** At commas, but not within brackets or braces: `[400, 400], [64]` are two values. */
function split(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if ("[{".includes(letter)) depth++;
    if ("]}".includes(letter)) depth--;
    if (letter === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The lines of `set` that say what was changed: words as they are, all else as JSON. */
export const settingsOf = (changed: Readonly<Record<string, string>>): string[] =>
  Object.entries(changed).map(([key, text]) => `${key}=${text.trim()}`);

/** A config as an object, from its values by dotted key. */
export function nested(
  config: readonly { readonly key: string; readonly value: unknown }[],
): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { key, value } of config) {
    const parts = key.split(".");
    const last = parts.pop()!;
    let at = root;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return root;
}
