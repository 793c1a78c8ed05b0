/**
 * What ships, as data, without loading it: the build writes it into a file beside this one, so that help and
 * completion come at once. From the sources (tests) it is made anew.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JobDescription, Workbench } from "../workbench/index.ts";

const file = fileURLToPath(new URL("./descriptions.json", import.meta.url));

/** A name that can be given, and what it means in one line. */
export type Choice = readonly [name: string, summary: string];

/** The jobs of a workbench, and the names that their subjects can have, by what they take. */
export interface Descriptions {
  readonly jobs: readonly JobDescription[];
  readonly names: Readonly<Partial<Record<JobDescription["takes"], readonly Choice[]>>>;
}

/** What brings a user's own jobs and registries, where it lies in the working directory. */
const CONFIG_MODULE = "betalab.config.js";

/**
 * What ships, and what a config module brings, if there is one.
 *
 * @param configModule a module to load instead of `betalab.config.js`
 * @param load only called where there is one
 */
export async function allDescriptions(
  configModule: string | undefined,
  load: () => Promise<Workbench>,
): Promise<Descriptions> {
  const brings = configModule !== undefined || existsSync(CONFIG_MODULE);
  return brings ? describe(await load()) : shippedDescriptions();
}

export async function shippedDescriptions(): Promise<Descriptions> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Descriptions;
  return made();
}

/** Anew, whatever an earlier build wrote. */
async function made(): Promise<Descriptions> {
  const { createWorkbench } = await import("../workbench/index.ts");
  return describe(createWorkbench());
}

async function describe({ jobs, registries }: Workbench): Promise<Descriptions> {
  const { describeAll } = await import("../workbench/index.ts");
  const { sweepPresets } = await import("../sweeps/index.ts");
  const choices = (items: readonly { readonly name: string; readonly summary: string }[]): Choice[] =>
    items.map(({ name, summary }) => [name, summary]);
  return {
    jobs: await describeAll(jobs),
    names: {
      config: choices(registries.presets),
      source: choices(registries.sources),
      sweep: Object.entries(sweepPresets).map(([name, { summary }]) => [name, summary]),
    },
  };
}

/**
 * Called by the build, on the compiled code.
 *
 * @public
 */
export async function writeDescriptions(): Promise<void> {
  writeFileSync(file, JSON.stringify(await made()));
}
