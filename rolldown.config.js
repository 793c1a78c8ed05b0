/** The scripts that every report carries, each as one file: `npm run build` writes them beside the compiled sources. */
import { fileURLToPath } from "node:url";

const report = "src/figures/report/";

const script = (name) => ({
  input: `${report}browser/${name}.ts`,
  platform: "browser",
  resolve: { alias: { zod: fileURLToPath(new URL(`${report}browser/no-zod.ts`, import.meta.url)) } },
  output: { file: `dist/figures/report/browser/${name}.js`, format: "iife", minify: true },
});

export default [script("page"), script("worker")];
