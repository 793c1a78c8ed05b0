/** The page itself, as `npm run build` made it: `dist/web/studio/`. */

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Refused } from "./refused.ts";
import { type FileRequest, fileAnswer } from "./run-files.ts";

const fonts = fileURLToPath(new URL("../../assets/fonts", import.meta.url));
const folder = fileURLToPath(new URL("../../dist/web/studio/index.html", import.meta.url));

/** A file of the page; any address that is none is one of its views. */
export function page(path: string, wishes: FileRequest): Response {
  if (!existsSync(folder)) throw new Refused(404, "the studio's page is not built", "npm run build");
  // Runs may be called beta-0.5: a suffix alone makes no file.
  const isFile = /^\/(assets\/|glossary\/)?[\w.-]+\.[a-z0-9]+$/i.test(path);
  if (isFile && path.endsWith(".ttf")) return fileAnswer(fonts, path.slice(1), { ...wishes, trusted: true });
  return fileAnswer(dirname(folder), isFile ? path.slice(1) : "index.html", { ...wishes, trusted: true });
}
