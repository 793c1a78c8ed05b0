/** What settings are called where people read: by all that differs, "latentDim 10, β = 4", "annealed", "tc, β = 4". */

import { canonicalJson } from "../../base/json.ts";
import { shortKeys } from "../../config/node.ts";

const BETA = "objective.beta";

type Settings = Readonly<Record<string, unknown>>;

/** Names of keys and of their values, all different: the last part of each path, as far as that tells it from the others. */
export class Names {
  readonly #short: ReadonlyMap<string, string>;

  constructor(keys: readonly string[]) {
    this.#short = shortKeys(keys);
  }

  /** "β", "latentDim". */
  key(key: string): string {
    return key === BETA ? "β" : this.#short.get(key)!;
  }

  /** "β = 4", "latentDim 10"; a kind needs no word before it. */
  value(key: string, value: unknown, whole = false): string {
    if (key.endsWith(".kind")) return key === "objective.kind" && value === "beta" ? "β-VAE" : inWords(value);
    return `${this.key(key)} ${key === BETA && typeof value === "number" ? "= " : ""}${valueText(value, whole)}`;
  }
}

/** A label for each of the settings, by what it has of the keys. */
export function settingLabels(all: readonly Settings[], keys: readonly string[]): string[] {
  const names = new Names(keys);
  const labels = (whole: boolean): string[] =>
    all.map((settings) => {
      const own = keys.filter((key) => Object.hasOwn(settings, key));
      // The plain objective is its β.
      const isPlain = settings["objective.kind"] === "beta" && Object.hasOwn(settings, BETA);
      const said = own.filter((key) => !isPlain || key !== "objective.kind");
      if (isPlain && !said.includes(BETA) && own.includes("objective.kind")) said.push(BETA);
      return said.map((key) => names.value(key, settings[key], whole)).join(", ") || "all";
    });
  const short = labels(false);
  return new Set(short).size === all.length ? short : labels(true);
}

/** "softFreeBits" as "soft free bits". */
const inWords = (kind: unknown): string =>
  String(kind).replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/**
 * "4", "400-400"; a schedule by its name and ends, "linear 0 to 25".
 *
 * @param whole with all that a schedule has: "linear 0 to 25 (to 10, unit epoch)"
 */
export function valueText(value: unknown, whole = false): string {
  if (Array.isArray(value)) return value.map((one) => valueText(one)).join("-");
  if (typeof value !== "object" || value === null) return String(value);
  const { schedule, start, end, ...rest } = value as Settings;
  if (typeof schedule !== "string") return canonicalJson(value);
  const ends = start === undefined || end === undefined ? "" : ` ${String(start)} to ${String(end)}`;
  const others = Object.entries(rest).map(([key, one]) => `${key} ${valueText(one)}`);
  return `${schedule}${ends}${others.length > 0 && (whole || ends === "") ? ` (${others.join(", ")})` : ""}`;
}

/** The values of one key, all different. */
export function valueTexts(values: readonly unknown[]): string[] {
  const short = values.map((value) => valueText(value));
  return new Set(short).size === values.length ? short : values.map((value) => valueText(value, true));
}
