/**
 * The descriptions of all shipped jobs, without loading one: the build writes them into a file beside this one, so
 * that help comes at once. From the sources (tests) they are made anew.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JobDescription } from "../workbench/index.ts";

const file = fileURLToPath(new URL("./jobs.json", import.meta.url));

export async function shippedDescriptions(): Promise<readonly JobDescription[]> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as JobDescription[];
  const { describeAll } = await import("../workbench/index.ts");
  return describeAll();
}

/**
 * Called by the build, on the compiled code.
 *
 * @public
 */
export async function writeDescriptions(): Promise<void> {
  const { describeAll } = await import("../workbench/index.ts");
  writeFileSync(file, JSON.stringify(await describeAll()));
}
