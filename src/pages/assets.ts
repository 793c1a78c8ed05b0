/** The fonts and scripts that pages carry, from where the package keeps them. Node only. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fontFiles } from "../figures/node.ts";
import { codeForScript } from "./html.ts";
import type { PageAssets, Script } from "./shell.ts";

// Two levels up is the package's root from src/pages and from dist/pages alike.
const scripts = new URL("../../dist/web/", import.meta.url);

/** Throws when the package is incomplete. */
export function pageAssets(): PageAssets {
  const [regular, semibold] = fontFiles().map((file) => new Uint8Array(readFileSync(file)));
  return {
    fonts: [regular!, semibold!],
    theme: script("theme.js"),
    explorer: script("explorer.js"),
    sideBySide: script("side-by-side.js"),
    decoder: script("decoder.js"),
  };
}

function script(name: string): Script {
  const path = fileURLToPath(new URL(name, scripts));
  if (!existsSync(path))
    throw new Error(`internal: a script of the pages is missing: ${path} (npm run build)`);
  const code = codeForScript(readFileSync(path, "utf8"));
  return { code, hash: `sha256-${createHash("sha256").update(code.text).digest("base64")}` };
}
