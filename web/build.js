/**
 * What `npm run build` makes of `web/`, in `dist/web/`: the scripts that pages carry, each as one file, which `src/pages`
 * embeds; and the studio's app with its glossary, a folder that `src/studio` serves from the root, `index.html` for every view's address.
 */
import { renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";
import { look } from "./look.js";
import { pageOf, pages } from "./pages.js";

const scripts = {
  theme: "main.ts",
  explorer: "explorer/main.ts",
  "side-by-side": "explorer/side-by-side.ts",
  decoder: "explorer/worker.ts",
};

/** Pages name no address: Svelte's own errors say their code alone. */
const withoutAddresses = {
  name: "without-addresses",
  renderChunk: (code) => code.replaceAll("https://svelte.dev/e/", "svelte: "),
};

for (const [name, entry] of Object.entries(scripts)) {
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "warn",
    plugins: [
      svelte({ configFile: "svelte.config.js", compilerOptions: { css: "injected" } }),
      withoutAddresses,
    ],
    build: {
      outDir: "../dist/web",
      emptyOutDir: false,
      copyPublicDir: false,
      lib: { entry, formats: ["iife"], name: "betalab", fileName: () => `${name}.js` },
      minify: true,
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
}

const studio = join(import.meta.dirname, "../dist/web/studio");
await build({
  root: import.meta.dirname,
  base: "/",
  configFile: false,
  logLevel: "error",
  publicDir: false, // The server has the fonts from where the package keeps them; that they are not here is a warning.
  plugins: [svelte({ configFile: "svelte.config.js" }), look(), pages(), withoutAddresses],
  define: { __GLOSSARY__: JSON.stringify("/glossary/index.html") },
  worker: { format: "es" },
  build: {
    outDir: studio,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { studio: pageOf("studio"), glossary: pageOf("glossary") },
      checks: { pluginTimings: false },
    },
  },
});
renameSync(join(studio, "studio/index.html"), join(studio, "index.html"));
rmdirSync(join(studio, "studio"));
