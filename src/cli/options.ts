/** The options that several commands share, and the makers of further ones. */
import { BetalabError, suggest } from "../base/errors.ts";
import type { Given, Option } from "./command.ts";

interface Extra {
  /** The variable that is read when the option is absent. */
  readonly environment?: string;
}

/** `--flag`: true when given. */
export function flag(flags: string, description: string): Option<boolean> {
  return { flags, description, read: ({ texts }) => texts.length > 0 };
}

/** Any text but the empty one; the last wins. */
export function text(flags: string, description: string, extra: Extra = {}): Option<string | undefined> {
  return { flags, description, ...extra, read: last };
}

/** All the values of an option that may be repeated. */
export function repeated(flags: string, description: string): Option<readonly string[]> {
  return { flags, description, read: ({ texts }) => texts };
}

/** One of `choices`. */
export function choice<const C extends string>(
  flags: string,
  description: string,
  choices: readonly C[],
  extra: Extra = {},
): Option<C | undefined> {
  const read = (given: Given): C | undefined => {
    const value = last(given);
    if (value === undefined) return undefined;
    const found = choices.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw new BetalabError(
      "usage",
      `${given.from}: "${value}" is none of its values`,
      suggest(value, choices),
    );
  };
  return { flags, description: `${description} (${choices.join(", ")})`, ...extra, read };
}

/** A whole number of at least `minimum` (default 0), in decimal digits. */
export function wholeNumber(
  flags: string,
  description: string,
  { minimum = 0, ...extra }: Extra & { readonly minimum?: number } = {},
): Option<number | undefined> {
  const read = (given: Given): number | undefined => {
    const value = last(given);
    if (value === undefined) return undefined;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= minimum) return number;
    const wanted = `a whole number from ${minimum} to ${Number.MAX_SAFE_INTEGER}`;
    throw new BetalabError("usage", `${given.from}: "${value}" is not ${wanted}`);
  };
  return { flags, description, ...extra, read };
}

/** Whole numbers with commas between them, or the option repeated: `--index 3,8`. Absent when none is given. */
export function wholeNumbers(flags: string, description: string): Option<readonly number[] | undefined> {
  const read = ({ texts, from }: Given): readonly number[] | undefined => {
    const parts = texts.flatMap((one) => one.split(",")).map((part) => part.trim());
    const wrong = parts.find((part) => !/^\d+$/.test(part));
    if (wrong === undefined) return parts.length === 0 ? undefined : parts.map(Number);
    throw new BetalabError("usage", `${from}: "${wrong}" is not a whole number`, `for instance: ${from} 3,8`);
  };
  return { flags, description, read };
}

/** Names with commas between them, or the option repeated: `--label 3,8`. Absent when none is given. */
export function names(flags: string, description: string): Option<readonly string[] | undefined> {
  const read = ({ texts, from }: Given): readonly string[] | undefined => {
    const parts = texts.flatMap((one) => one.split(",")).map((part) => part.trim());
    if (!parts.includes("")) return parts.length === 0 ? undefined : parts;
    throw new BetalabError("usage", `${from} has an empty name in it`);
  };
  return { flags, description, read };
}

/** A number in decimal digits, with or without a fraction and an exponent, within [minimum, maximum]. */
export function decimal(
  flags: string,
  description: string,
  {
    minimum = Number.NEGATIVE_INFINITY,
    maximum = Number.POSITIVE_INFINITY,
  }: { minimum?: number; maximum?: number } = {},
): Option<number | undefined> {
  const read = (given: Given): number | undefined => {
    const value = last(given);
    if (value === undefined) return undefined;
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
    if (Number.isFinite(number) && number >= minimum && number <= maximum) return number;
    const bounds =
      Number.isFinite(minimum) || Number.isFinite(maximum) ? ` from ${minimum} to ${maximum}` : "";
    throw new BetalabError("usage", `${given.from}: "${value}" is not a number${bounds}`);
  };
  return { flags, description, read };
}

/** Repeated `--set a.b=v`: checked for form only; the config room reads paths and values. */
export const setOption: Option<readonly string[]> = {
  flags: "--set <path=value>",
  description: "change one setting, such as objective.beta=4; repeat it for more",
  read: ({ texts, from }) => {
    const wrong = texts.find((pair) => !/^[^=\s]+=/.test(pair));
    if (wrong === undefined) return texts;
    throw new BetalabError(
      "usage",
      `${from}: "${wrong}" is not of the form path=value`,
      "for instance: --set objective.beta=4",
    );
  },
};

export const dataOption = text("--data <folder>", "where the data is", { environment: "BETALAB_DATA" });
/** The split that a command looks at. */
export const splitOption = choice("--split <split>", "which images; held-out unless told", [
  "heldOut",
  "train",
]);
/** For commands that draw several files under one name. */
export const drawOutOption = text(
  "--out <place>",
  "a folder, or a file whose name the results take (default: figures/ and tables/ of the run)",
  { environment: "BETALAB_OUT" },
);
export const outOption = text("--out <folder>", "where to write", { environment: "BETALAB_OUT" });
// BETALAB_SEED, BETALAB_EPOCHS and BETALAB_DEVICE are layers of the config, which reads them itself.
export const seedOption = wholeNumber("--seed <number>", "seed of everything random");
export const epochsOption = wholeNumber("--epochs <number>", "passes over the training images", {
  minimum: 1,
});
export const deviceOption = text("--device <device>", "what to compute on: cpu, webgpu or cuda");

/** The last value; `undefined` when there is none. */
function last({ texts, from }: Given): string | undefined {
  const value = texts.at(-1);
  if (value === "") throw new BetalabError("usage", `${from} is empty`);
  return value;
}
