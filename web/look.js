/** The module `virtual:betalab.css`: what the apps have in common with the reports, and what they need beside it. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const here = import.meta.dirname;

/** A plugin for vite. It needs `dist/`: `tsc` makes the reports' look. */
export function look() {
  const name = "virtual:betalab.css";
  return {
    name: "betalab-look",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return undefined;
      const { sharedStyle } = await import(pathToFileURL(resolve(here, "../dist/pages/style.js")).href);
      const font = (file, weight) =>
        `@font-face{font-family:Inter;font-weight:${weight};font-display:swap;src:url(/${file})}`;
      return [
        font("Inter-Regular.ttf", 400),
        font("Inter-SemiBold.ttf", 600),
        sharedStyle,
        readFileSync(join(here, "app.css"), "utf8"),
      ].join("\n");
    },
  };
}
