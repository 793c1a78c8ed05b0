/**
 * The scripts that pages carry, each as one file: `npm run build` writes them to `dist/web/`, where `src/pages` finds
 * them.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";

const scripts = { theme: "main.ts", explorer: "explorer/main.ts", decoder: "explorer/worker.ts" };

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
