/** The fonts and scripts that every report carries, from where the package keeps them. Node only. */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fontFiles } from "../fonts.ts";
import type { ReportAssets } from "./page.ts";

// Three levels up is the package's root from src/figures/report and from dist/figures/report alike.
const scripts = new URL("../../../dist/figures/report/browser/", import.meta.url);

/** Throws when the package is incomplete. */
export function reportAssets(): ReportAssets {
  const [regular, semibold] = fontFiles().map((file) => new Uint8Array(readFileSync(file)));
  return { fonts: [regular!, semibold!], script: script("page.js"), worker: script("worker.js") };
}

function script(name: string): string {
  const path = fileURLToPath(new URL(name, scripts));
  if (!existsSync(path))
    throw new Error(`internal: a script of the report is missing: ${path} (npm run build)`);
  return readFileSync(path, "utf8");
}
