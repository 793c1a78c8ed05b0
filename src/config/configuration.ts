/**
 * From what a person gave (a preset's name, a file, an object, options, the environment) to a config with every key
 * set, or an error that names the key, the value and what to do. It knows what the given registries know.
 */

import type { z } from "zod";
import { pick } from "../base/definitions.ts";
import { BetalabError, nearest, suggest } from "../base/errors.ts";
import { check, describeIssue, type Issue, showValue } from "../base/issues.ts";
import { type FileReader, isConfigFile, nameOfFile, parseYaml, readValues } from "./files.ts";
import type { ConfigInput } from "./input.ts";
import { type Layer, mergeLayers, originOf } from "./layers.ts";
import { fromPytorchVae, isPytorchVae } from "./pytorch-vae.ts";
import type { Registries } from "./registries.ts";
import { type Config, configSchema, discriminators, fileJsonSchema } from "./schema.ts";
import { descriptionAt, keysAt, leavesOf, variantAt, variantNames } from "./shape.ts";

export interface ResolveOptions {
  /** `a.b=value`, the value in YAML: `model.hidden=[400,400]`. */
  readonly set?: readonly string[] | undefined;
  /** Values of options that have a name of their own (seed, epochs, device), by key. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /** What a sweep sets, by path; above the environment and below `set`. */
  readonly settings?:
    | readonly { readonly origin: string; readonly values: Readonly<Record<string, unknown>> }[]
    | undefined;
  /** `BETALAB_SEED`, `_DEVICE`, `_THREADS` and `_EPOCHS` are read from it. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Reads a config file; without it, files can't be named. */
  readonly readText?: FileReader | undefined;
}

export interface Resolved {
  readonly config: Config;
  /** Which layer each given key comes from; keys that are not here have their default. */
  readonly origins: ReadonlyMap<string, string>;
}

const known = new WeakMap<Registries, Configuration>();

/** What configs are, given these registries; made once for each `Registries` value. */
export function configuration<R extends Registries>(registries: R): Configuration<R> {
  const found = known.get(registries) as Configuration<R> | undefined;
  if (found !== undefined) return found;
  const made = new Configuration(registries);
  known.set(registries, made);
  return made;
}

export class Configuration<R extends Registries = Registries> {
  readonly registries: R;
  readonly schema: z.ZodObject;

  constructor(registries: R) {
    this.registries = registries;
    this.schema = configSchema(registries);
  }

  get presets(): R["presets"] {
    return this.registries.presets;
  }

  /** The JSON Schema of a config file, for editors (`$schema`) and forms. */
  jsonSchema(): unknown {
    return fileJsonSchema(this.registries);
  }

  /**
   * Resolves a preset's name, the path of a YAML or JSON file, or a config as an object; the last two may name a
   * preset to build on, as `preset`. Options > environment > file > preset > default.
   */
  resolve(subject: string | ConfigInput<R> | Config, options: ResolveOptions = {}): Resolved {
    const base =
      typeof subject === "string"
        ? this.#named(subject, options.readText)
        : this.#expand({ origin: "the config", values: subject as Layer["values"] });
    return this.#join(base, options);
  }

  /**
   * Resolves a file of PyTorch-VAE: the equivalent config, and what is not the same.
   *
   * Throws "config" as `fromPytorchVae` does, and as `resolve` does.
   */
  translate(path: string, options: ResolveOptions): Resolved & { readonly notes: readonly string[] } {
    const { settings, notes } = fromPytorchVae(readValues(path, options.readText), path);
    const layers = settings.map(({ key, value, origin }) => ({ origin, values: nest(key, value) }));
    const name = { origin: path, values: { name: nameOfFile(path) } };
    return { ...this.#join([name, ...layers], options), notes };
  }

  /** What each value of a config means and, where its preset says so, why it is what it is; by path. */
  explain({ config, origins }: Resolved): ReadonlyMap<string, string> {
    const reasons = new Map<string, Readonly<Record<string, string>>>(
      this.presets.map(({ name, reasons }) => [`preset ${name}`, reasons ?? {}]),
    );
    const said = leavesOf(config).map(([key]): readonly [string, string] => {
      const path = key.split(".");
      const origin = originOf(path, origins);
      const reason = origin === undefined ? undefined : reasons.get(origin)?.[key];
      return [key, [descriptionAt(this.schema, path, config), reason].filter(Boolean).join("; ")];
    });
    return new Map(said.filter(([, text]) => text !== ""));
  }

  #join(base: readonly Layer[], options: ResolveOptions): Resolved {
    const given = [...base, ...overrides(options)];
    const chosen = mergeLayers(this.schema, given).values;
    const layers = given.flatMap((layer): Layer[] => {
      const fitted = layer.preset?.fit?.(chosen);
      return fitted ? [layer, { origin: layer.origin, values: fitted as Layer["values"] }] : [layer];
    });
    const { values, origins } = mergeLayers(this.schema, layers);
    return { config: this.#validate(values, origins), origins };
  }

  /** A resolved config that was written to a file, with today's defaults filled in. Throws "run" naming `where`. */
  parse(stored: unknown, where: string): Config {
    try {
      return this.resolve(stored as Config).config;
    } catch (cause) {
      if (!(cause instanceof BetalabError)) throw cause;
      const why = `${where} holds a config that can't be used: ${cause.message}`;
      throw new BetalabError("run", why, cause.hint, { cause });
    }
  }

  /** The section `data` for one source, from texts as of `set`, with or without the leading `data.`. */
  dataSection(source: string, set: readonly string[]): Record<string, unknown> {
    const layers = set.map((text) => parseSet(text.replace(/^data\./, "")));
    return { ...mergeLayers(this.schema, layers).values, source };
  }

  #named(presetOrFile: string, readText: FileReader | undefined): Layer[] {
    const names = this.presets.map(({ name }) => name);
    if (names.includes(presetOrFile)) return [this.#preset(presetOrFile)];
    if (isConfigFile(presetOrFile)) {
      const values = readValues(presetOrFile, readText);
      if (isPytorchVae(values)) {
        const hint = "the job `config` answers with the equivalent config: `from` pytorch-vae";
        throw new BetalabError("config", `${presetOrFile} is a config of PyTorch-VAE`, hint);
      }
      if ("config" in values && !("data" in values)) {
        const hint =
          "the job `sweep` takes it; a training takes a preset, or a file with the config of one run";
        throw new BetalabError("config", `${presetOrFile} is a sweep`, hint);
      }
      return this.#expand({
        origin: presetOrFile,
        values: { name: nameOfFile(presetOrFile), ...values },
      });
    }
    throw new BetalabError(
      "config",
      `there is no preset "${presetOrFile}"`,
      /[/\\]/.test(presetOrFile)
        ? "the preset `folder` trains on the pictures of a folder, which `data` names; a config is a .yaml or .json file"
        : nearest(presetOrFile, names) === undefined
          ? `see betalab presets, or name a .yaml or .json file`
          : suggest(presetOrFile, names),
    );
  }

  #preset(name: string): Layer {
    const preset = pick(this.presets, name, "preset");
    return { origin: `preset ${name}`, values: { name, ...preset.config }, preset };
  }

  /** A file's or an object's own values, above those of the preset that it names. */
  #expand({ origin, values: given }: Layer): Layer[] {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      throw new BetalabError("config", `${origin} holds no keys: it is ${showValue(given)}`);
    }
    const { preset, $schema: _, ...values } = given;
    if (preset === undefined) return [{ origin, values }];
    if (typeof preset === "string") return [this.#preset(preset), { origin, values }];
    const problem = `preset (from ${origin}) is ${showValue(preset)}: expected a preset's name`;
    throw new BetalabError("config", problem, "see betalab presets");
  }

  /** Checks merged values. Throws "config" for the first thing that is wrong. */
  #validate(values: unknown, origins: Resolved["origins"]): Config {
    const { output, issue } = check(this.schema, values);
    if (issue === undefined) return output as unknown as Config;
    const inside = [...origins].find(([at]) => at.startsWith(`${issue.path.join(".")}.`))?.[1];
    const origin = originOf(issue.path, origins) ?? inside;
    throw new BetalabError("config", describeIssue(issue, undefined, origin), this.#hint(issue, values));
  }

  #hint({ kind, path, value }: Issue, values: unknown): string | undefined {
    const [section, key] = [path.slice(0, -1), path.at(-1)!];
    if (kind === "value") return undefined;
    if (kind === "unknown name") {
      return suggest(typeof value === "string" ? value : "", variantNames(this.schema, section, key));
    }
    return this.#otherVariant(section, key, values) ?? suggest(key, keysAt(this.schema, section, values));
  }

  /** "objective.beta goes with …" when the section has variants and another one knows the key. */
  #otherVariant(path: readonly string[], key: string, values: unknown): string | undefined {
    const section = path.join(".");
    const discriminator = discriminators[section];
    if (discriminator === undefined) return undefined;
    const owners = variantNames(this.schema, path, discriminator).filter((name) =>
      Object.hasOwn(variantAt(this.schema, path, discriminator, name)?.shape ?? {}, key),
    );
    if (owners.length === 0) return undefined;
    const chosen = [...path, discriminator].reduce<unknown>(
      (at, part) => (at as Record<string, unknown>)[part],
      values,
    );
    return `${section}.${key} goes with ${section}.${discriminator} ${owners.join(", ")}, not ${chosen as string}`;
  }
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
    if (text === undefined || text === "") return [];
    const value = parseYaml(
      text,
      (why) => `${variable} is ${showValue(text)}, which is not valid YAML: ${why}`,
    );
    return [{ origin: variable, values: nest(key, value) }];
  });
  const fromFlags = Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]): Layer => ({ origin: `option ${key.split(".").at(-1)}`, values: nest(key, value) }));
  const fromSettings = settings.flatMap(({ origin, values }) =>
    Object.entries(values).map(([key, value]): Layer => ({ origin, values: nest(key, value) })),
  );
  return [...fromEnvironment, ...fromSettings, ...set.map(parseSet), ...fromFlags];
}

const parseSet = (text: string): Layer => ({
  origin: "option set",
  values: parseSetting(text, "set", "objective.beta=4"),
});

/**
 * `a.b=value`, the value as YAML → `{ a: { b: value } }`.
 *
 * Throws "usage" naming the option and what was given, with an example, when it is something else.
 */
export function parseSetting(text: string, option: string, example: string): Record<string, unknown> {
  const at = text.indexOf("=");
  const key = text.slice(0, at).trim();
  if (at < 1 || key.split(".").includes("")) {
    const problem = `option ${option}: ${showValue(text)} is not of the form key=value`;
    throw new BetalabError("usage", problem, `for example ${example}`);
  }
  const value = parseYaml(
    text.slice(at + 1),
    (why) => `option ${option}: the value of ${showValue(text)} is not valid YAML: ${why}`,
    "usage",
  );
  return nest(key, value);
}

function nest(key: string, value: unknown): Record<string, unknown> {
  const parts = key.split(".");
  return parts.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Record<string, unknown>;
}
