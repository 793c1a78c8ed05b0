/**
 * What `npm run build` makes of `web/`, in `dist/web/`: the scripts that pages carry, each as one file, which `src/pages`
 * embeds; and the studio's app, a folder that `src/studio` serves from the root, `index.html` for every view's address.
 */
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

await build({
  root: join(import.meta.dirname, "studio"),
  base: "/",
  configFile: false,
  logLevel: "error",
  publicDir: false, // The server has the fonts from where the package keeps them; that they are not here is a warning.
  plugins: [svelte({ configFile: "../svelte.config.js" }), look(), pages(), withoutAddresses],
  worker: { format: "es" },
  build: {
    outDir: "../../dist/web/studio",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: pageOf("studio"), checks: { pluginTimings: false } },
  },
});
