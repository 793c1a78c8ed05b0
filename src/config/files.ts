/** Config and sweep files: YAML or JSON text as values. How a text is read is the caller's: a page has no files. */

import { parse } from "yaml";
import { BetalabError } from "../base/errors.ts";
import { isPlainObject } from "./shape.ts";

/** The text of the file at `path`; throws what it likes when there is none. */
export type FileReader = (path: string) => string;

/** Whether a name is that of a config file: a preset has no extension. */
export function isConfigFile(name: string): boolean {
  return /\.(ya?ml|json)$/i.test(name);
}

/** "my run" of "configs/my run.yaml". */
export function nameOfFile(path: string): string {
  return path.replace(/^.*[/\\]/, "").replace(/\.[^.]+$/, "");
}

/** The keys of a YAML or JSON file. Throws "config" naming the file and the reason. */
export function readValues(path: string, readText: FileReader | undefined): Record<string, unknown> {
  if (readText === undefined) {
    throw new BetalabError("usage", `${path}: files can't be read here`, "give the config as an object");
  }
  let text: string;
  try {
    text = readText(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? `there is no file ${path}` : `can't read ${path}: ${message}`;
    throw new BetalabError("config", problem, undefined, { cause });
  }
  const values = parseYaml(text, (why) => `${path} is not valid YAML: ${why}`);
  if (isPlainObject(values)) return values;
  throw new BetalabError("config", `${path} holds no keys`, "see betalab config demo");
}

/** YAML (JSON is some) as plain values that hold no cycle. */
export function parseYaml(
  text: string,
  problem: (why: string) => string,
  code: "config" | "usage" = "config",
): unknown {
  try {
    const values: unknown = parse(text, { logLevel: "error" });
    refuseCycles(values, new Set());
    return values;
  } catch (cause) {
    const [why] = (cause as Error).message.split("\n");
    throw new BetalabError(code, problem(why!), undefined, { cause });
  }
}

/** An alias may stand inside of what its anchor names: such a value has no end. */
function refuseCycles(value: unknown, around: Set<unknown>): void {
  if (typeof value !== "object" || value === null) return;
  if (around.has(value)) throw new Error("an alias stands for what it is part of");
  around.add(value);
  for (const inner of Object.values(value)) refuseCycles(inner, around);
  around.delete(value);
}
