/**
 * From what a person gave (a preset's name or a file, flags, environment) to a config with every key set, or
 * an error that names the key, the value and what to do.
 */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse as parseYaml } from "yaml";
import type { z } from "zod";
import { BetalabError, nearest, suggest } from "../base/errors.ts";
import { discriminators, type Layer, mergeLayers, originOf } from "./layers.ts";
import { presets } from "./presets/index.ts";
import { type Config, configSchema } from "./schema.ts";
import { isPlainObject, keysAt, variantAt, variantNames } from "./shape.ts";

export interface ResolveOptions {
  /** `a.b=value`, the value in YAML: `--set model.hidden=[400,400]`. */
  readonly set?: readonly string[];
  /** Values of flags that have their own name (`--seed`, `--epochs`, `--device`), by key. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** What a sweep sets, by path; above the environment and below `set`. */
  readonly settings?: readonly {
    readonly origin: string;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
  /** `BETALAB_SEED`, `_DEVICE`, `_THREADS` and `_EPOCHS` are read from it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface Resolved {
  readonly config: Config;
  /** Which layer each given key comes from; keys that are not here have their default. */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Resolves a preset's name or the path of a YAML or JSON file (which may name a preset to build on, as
 * `preset: NAME`). Flags > environment > file > preset > default.
 */
export function resolveConfig(presetOrFile: string, options: ResolveOptions = {}): Resolved {
  return resolveLayers([...baseLayers(presetOrFile), ...overrides(options)]);
}

/** Resolves a config given as an object, for library users; it may name a `preset` to build on. */
export function resolveObject(
  values: Readonly<Record<string, unknown>>,
  options: ResolveOptions = {},
): Resolved {
  return resolveLayers([...expandPreset({ origin: "the config", values }), ...overrides(options)]);
}

/** The section `data` for one source, from `--set` texts with or without the leading `data.`. */
export function dataSection(source: string, set: readonly string[]): Record<string, unknown> {
  const layers = set.map((text) => parseSet(text.replace(/^data\./, "")));
  return { ...mergeLayers(layers).values, source };
}

function resolveLayers(layers: readonly Layer[]): Resolved {
  const { values, origins } = mergeLayers(layers);
  return { config: validate(values, origins), origins };
}

function baseLayers(presetOrFile: string): Layer[] {
  if (Object.hasOwn(presets, presetOrFile)) return [presetLayer(presetOrFile)];
  if (/\.(ya?ml|json)$/i.test(presetOrFile)) return expandPreset(fileLayer(presetOrFile));
  const names = Object.keys(presets);
  throw new BetalabError(
    "config",
    `there is no preset "${presetOrFile}"`,
    nearest(presetOrFile, names) === undefined
      ? `see betalab presets, or name a .yaml or .json file`
      : suggest(presetOrFile, names),
  );
}

function presetLayer(name: string): Layer {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset === undefined) {
    throw new BetalabError("config", `there is no preset "${name}"`, suggest(name, Object.keys(presets)));
  }
  return { origin: `preset ${name}`, values: preset.config as unknown as Layer["values"] };
}

function fileLayer(path: string): Layer {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new BetalabError("config", `can't read ${path}: ${(cause as Error).message}`, undefined, { cause });
  }
  let values: unknown;
  try {
    values = parseYaml(text);
  } catch (cause) {
    const [why] = (cause as Error).message.split("\n");
    throw new BetalabError("config", `${path} is not valid YAML: ${why}`, undefined, { cause });
  }
  if (!isPlainObject(values))
    throw new BetalabError("config", `${path} holds no keys`, "see betalab config demo");
  return { origin: path, values: { name: basename(path).replace(/\.[^.]+$/, ""), ...values } };
}

function expandPreset(layer: Layer): Layer[] {
  const { preset, ...values } = layer.values;
  if (preset === undefined) return [layer];
  return [presetLayer(String(preset)), { origin: layer.origin, values }];
}

/** The environment's layer of the config. */
const environmentKeys: Readonly<Record<string, string>> = {
  BETALAB_SEED: "seed",
  BETALAB_DEVICE: "device",
  BETALAB_THREADS: "threads",
  BETALAB_EPOCHS: "training.epochs",
};

function overrides({ set = [], flags = {}, settings = [], environment = {} }: ResolveOptions): Layer[] {
  const fromEnvironment = Object.entries(environmentKeys).flatMap(([variable, key]): Layer[] => {
    const text = environment[variable];
    return text === undefined || text === ""
      ? []
      : [{ origin: variable, values: nest(key, parseYaml(text)) }];
  });
  const fromFlags = Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]): Layer => ({ origin: `--${key.split(".").at(-1)}`, values: nest(key, value) }));
  const fromSettings = settings.flatMap(({ origin, values }) =>
    Object.entries(values).map(([key, value]): Layer => ({ origin, values: nest(key, value) })),
  );
  return [...fromEnvironment, ...fromSettings, ...set.map(parseSet), ...fromFlags];
}

function parseSet(text: string): Layer {
  const at = text.indexOf("=");
  const key = text.slice(0, at).trim();
  if (at < 1 || key.split(".").includes("")) {
    throw new BetalabError(
      "usage",
      `--set ${text}: not of the form key=value`,
      "for example --set objective.beta=4",
    );
  }
  let value: unknown;
  try {
    value = parseYaml(text.slice(at + 1));
  } catch (cause) {
    throw new BetalabError("usage", `--set ${text}: the value is not valid YAML`, undefined, { cause });
  }
  return { origin: "--set", values: nest(key, value) };
}

function nest(key: string, value: unknown): Record<string, unknown> {
  return key.split(".").reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Record<
    string,
    unknown
  >;
}

/** Checks merged values. Throws a "config" error for the first thing that is wrong. */
function validate(values: unknown, origins: ReadonlyMap<string, string>): Config {
  const result = configSchema.safeParse(values);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0]!);
  const path = issue.path.map(String);
  const where = (key: string) => {
    const inside = () => [...origins].find(([at]) => at.startsWith(`${key}.`))?.[1];
    const origin = originOf(key.split("."), origins) ?? inside();
    return origin === undefined ? key : `${key} (from ${origin})`;
  };
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    throw new BetalabError(
      "config",
      `unknown key ${where([...path, key].join("."))}`,
      keyOfOtherVariant(path, key, values) ?? suggest(key, keysAt(issue.path, values)),
    );
  }
  const value = valueAtPath(values, issue.path);
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    const section = issue.path.at(-1) === issue.discriminator ? issue.path.slice(0, -1) : issue.path;
    const names = variantNames(section, issue.discriminator);
    const key = [...section, issue.discriminator].map(String).join(".");
    const given = valueAtPath(values, [...section, issue.discriminator]);
    const problem =
      given === undefined ? `${key} is missing` : `${where(key)} is "${given}", which there is none of`;
    throw new BetalabError("config", problem, suggest(String(given ?? ""), names));
  }
  const shown = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
  throw new BetalabError("config", `${where(path.join("."))} ${shown}: ${plain(issue.message)}`);
}

/** "objective.beta belongs to …" when the section has variants and another one knows the key. */
function keyOfOtherVariant(path: readonly string[], key: string, values: unknown): string | undefined {
  const section = path.join(".");
  const discriminator = discriminators[section];
  if (discriminator === undefined) return undefined;
  const owners = variantNames(path, discriminator).filter(
    (name) => key in (variantAt(path, discriminator, name)?.shape ?? {}),
  );
  const chosen = String(valueAtPath(values, [...path, discriminator]));
  if (owners.length === 0) return undefined;
  return `${section}.${key} goes with ${section}.${discriminator} ${owners.join(", ")}, not ${chosen}`;
}

/** The most telling issue inside a union's: the one that got furthest into the value. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const inner = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const best = inner.reduce<z.core.$ZodIssue | undefined>((furthest, one) => {
    const rank = (candidate: z.core.$ZodIssue) =>
      candidate.path.length + (candidate.code === "invalid_type" ? 0 : 0.5);
    return furthest === undefined || rank(one) > rank(furthest) ? one : furthest;
  }, undefined);
  return best === undefined
    ? issue
    : deepest({ ...best, path: [...issue.path, ...best.path] } as z.core.$ZodIssue);
}

function valueAtPath(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    values,
  );
}

function plain(message: string): string {
  return message.replace(/^(Too small|Too big|Invalid input): /, "");
}
