/**
 * The page's address and its configs: what differs from what the page begins with, as `key=value` of `--set`. Whoever
 * opens the address gets the same model; whoever copies the command trains the same on the command line.
 */

import { shellWord } from "../../src/base/escape.ts";
import type { Config } from "../../src/config/index.ts";
import begin from "./first.json" with { type: "json" };
import { configs, isDrawn } from "./lab/registries.ts";

/** A net that a page trains in a minute, and whose weights are few enough to come with it. */
const { preset: PRESET, set: SETTINGS } = begin;

/** Keys that choose a variant, before the keys that the variant has. */
const variants = [
  "data.source",
  "model.architecture",
  "model.likelihood.kind",
  "objective.kind",
  "optimizer.kind",
];

function resolve(settings: readonly string[]): Config {
  return configs.resolve(PRESET, { set: [...SETTINGS, ...settings] }).config;
}

/** A config with one key changed. Throws "config" saying what is wrong with it. */
export function withValue(config: Config, key: string, value: unknown): Config {
  return configs.resolve(config, { set: [`${key}=${JSON.stringify(value)}`] }).config;
}

type Leaves = Map<string, string>;

function leavesOf(value: unknown, path = "", found: Leaves = new Map()): Leaves {
  const isSection =
    typeof value === "object" && value !== null && !Array.isArray(value) && !("schedule" in value);
  if (!isSection) found.set(path, textOf(value));
  else
    for (const [key, inner] of Object.entries(value))
      leavesOf(inner, path === "" ? key : `${path}.${key}`, found);
  return found;
}

/** As YAML reads it: a word needs no quotes. */
const textOf = (value: unknown): string =>
  typeof value === "string" && /^(?!(true|false|null|yes|no|on|off)$)[a-z]\w*$/i.test(value)
    ? value
    : JSON.stringify(value);

/** What to set so that `base` becomes `config`. */
function settingsOf(config: Config, base: (settings: readonly string[]) => Config): string[] {
  const wanted = leavesOf(config);
  const plain = leavesOf(base([]));
  const chosen = variants
    .filter((key) => wanted.get(key) !== plain.get(key))
    .map((key) => `${key}=${wanted.get(key)}`);
  const others = leavesOf(base(chosen));
  return [
    ...chosen,
    ...[...wanted]
      .filter(([key, value]) => others.get(key) !== value)
      .map(([key, value]) => `${key}=${value}`),
  ];
}

interface Address {
  readonly config: Config;
  /** Of the second model, where there is one. */
  readonly other: Config | undefined;
}

export function toHash({ config, other }: Address): string {
  const own = settingsOf(config, resolve);
  const theirs = other === undefined ? [] : settingsOf(other, (more) => resolve([...own, ...more]));
  const parts = [
    ...own,
    ...theirs.map((text) => `b.${text}`),
    ...(other && theirs.length === 0 ? ["b"] : []),
  ];
  return parts.map((part) => encodeURIComponent(part).replaceAll("%3D", "=")).join("&");
}

/** Throws "config" naming the key that can't be used. */
export function fromHash(hash: string): Address {
  const parts = hash.replace(/^#/, "").split("&").filter(Boolean).map(decodeURIComponent);
  const own = parts.filter((part) => part !== "b" && !part.startsWith("b."));
  const theirs = parts.filter((part) => part.startsWith("b.")).map((part) => part.slice(2));
  const config = resolve(own);
  return { config, other: own.length < parts.length ? resolve([...own, ...theirs]) : undefined };
}

/** The same training on the command line; where data lie that were brought, only the person knows. */
export function commandOf(config: Config): string {
  const settings = settingsOf(config, (more) => configs.resolve(PRESET, { set: [...more] }).config);
  const quoted = settings.map((text) => `--set ${shellWord(text)}`);
  const data = isDrawn(config) ? [] : ["--data PATH"];
  return ["betalab train", PRESET, ...data, ...quoted].join(" ");
}
