/**
 * `npm run site`: the playground and the tutorial as a folder, `site/`, that any static host serves from any path. It needs `dist/`
 * (`npm run build`), of which it takes the reports' look and the trainer of the model that comes with the page.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";
import { formulas } from "./formulas.js";
import { look } from "./look.js";
import { pageOf, pages } from "./pages.js";
import { workers } from "./workers.js";

const here = import.meta.dirname;
const root = resolve(here, "..");
const dist = (path) => import(pathToFileURL(join(root, "dist", path)).href);

/** @param options.steps of the model that comes with the page; 0: it comes without */
export async function buildSite(folder, { steps = 4000 } = {}) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await build({
    root: here,
    base: "./",
    configFile: false,
    logLevel: "warn",
    publicDir: join(root, "assets/fonts"),
    plugins: [svelte({ configFile: join(here, "svelte.config.js") }), look(), pages(), workers(), formulas()],
    define: { __VERSION__: JSON.stringify(version), __GLOSSARY__: JSON.stringify("glossary/") },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2022",
      modulePreload: false,
      chunkSizeWarningLimit: 1000,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: Object.fromEntries(["playground", "tutorial", "glossary"].map((app) => [app, pageOf(app)])),
        checks: { pluginTimings: false },
      },
    },
  });
  await placePages(folder);
  mkdirSync(join(folder, "report"), { recursive: true });
  for (const name of ["explorer.js", "decoder.js"]) // What reports carry.
    copyFileSync(join(root, "dist/web", name), join(folder, "report", name));
  if (steps > 0) writeFileSync(join(folder, "model.bin"), await shippedModel(steps));
  writeFileSync(join(folder, "sw.js"), serviceWorker(folder));
}

/** The playground stands at the root, the tutorial in a folder for each step. */
async function placePages(folder) {
  const place = (app, path) => {
    const html = readFileSync(join(folder, app, "index.html"), "utf8");
    const up = "../".repeat(path.split("/").length - 1) || "./";
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), html.replaceAll('"../', `"${up}`));
  };
  place("playground", "index.html");
  rmSync(join(folder, "playground"), { recursive: true });
  const slugs = readdirSync(join(root, "examples/tutorial")).map((file) => file.replace(/\.ts$/, ""));
  for (const slug of slugs) place("tutorial", `tutorial/${slug}/index.html`);
  const first = '<meta http-equiv="refresh" content="0; url=recognition/">';
  writeFileSync(
    join(folder, "tutorial/index.html"),
    `<!doctype html><title>betalab tutorial</title><link rel="icon" href="data:,">${first}\n`,
  );
}

/** Trains the page's first config, and keeps each weight as eight bits and each tensor's scale. */
async function shippedModel(steps) {
  const [
    { prepareTraining, inferenceState },
    { train, State },
    { encodeSafetensors },
    { configuration },
    node,
  ] = await Promise.all([
    dist("trained/index.js"),
    dist("training/index.js"),
    dist("base/safetensors.js"),
    dist("config/index.js"),
    dist("config/node.js"),
  ]);
  const { preset, set } = JSON.parse(readFileSync(join(here, "playground/first.json"), "utf8"));
  const { config } = configuration(node.shipped).resolve(preset, { set });
  const job = await prepareTraining(config);
  let last;
  for await (const event of train(job)) {
    if (event.type !== "step") continue;
    last = event;
    if (event.step >= steps) break;
  }
  const state = State.restore(inferenceState(job.vae), (await last.state.read()).records());
  const metadata = { step: String(last.step) };
  const tensors = Object.entries(state.records()).map(([name, { shape, data }]) => {
    if (shape.length < 2) return [name, { dtype: "F32", shape, data }];
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    metadata[`scale ${name}`] = String(scale);
    return [name, { dtype: "I8", shape, data: Int8Array.from(data, (value) => Math.round(value / scale)) }];
  });
  return encodeSafetensors(Object.fromEntries(tensors), metadata);
}

/** Keeps the page for when there is no network. The engine for GPUs is kept once somebody has used it. */
function serviceWorker(folder) {
  const files = readdirSync(folder, { recursive: true })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile() && !/sw\.js$|LICENSE/.test(path));
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(file));
  const names = files
    .map((path) => relative(folder, path).split(sep).join("/"))
    .filter((name) => !/(^|\/)ort[-.]|tutorial|KaTeX|Editor|steps/.test(name));
  return readFileSync(join(here, "playground/sw.js"), "utf8")
    .replace('"%FILES%"', JSON.stringify(["./", ...names]))
    .replace("%VERSION%", hash.digest("hex").slice(0, 12));
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(root, "site");
  await buildSite(folder);
  console.log("site/ is ready: serve it from anywhere, or look at it with npx vite preview --outDir site");
}
