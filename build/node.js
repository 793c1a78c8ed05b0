/**
 * What `npm run build` makes of `src/` for Node, in `dist/node/`: the command line, what it starts, and every door, in few files,
 * since opening a file takes longer than running most. All are made in one go, so that each module is there once: what a
 * `betalab.config.js` imports is what the command line runs. Bundlers of pages get the single modules, of which they leave out what is not used.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..");
const source = join(root, "src");
const folder = join(root, "dist/node");

/** Started by their path: the command line, and what runs in a process or a thread of its own. */
const programs = [
  "cli/main",
  "workbench/worker",
  "studio/work",
  "jobs/doctor-probe",
  "jobs/draw/project-worker",
  "data/folder/plain-worker",
];
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const doors = Object.values(exports).flatMap(
  ({ types }) => types?.replace(/^\.\/dist\/|\.d\.ts$/g, "") ?? [],
);
const entries = [...programs, ...doors].map((module) => [
  join(source, `${module}.ts`),
  module.replaceAll("/", "-"),
]);
const names = new Map(entries);

/** Stay packages: native code, what is large and seldom used, and what a user adds. */
const apart =
  /^(onnxruntime|sharp|@resvg|jsdom|h5wasm|@observablehq|hyparquet|umap-js|gifenc|bullmq|ioredis|webgpu$)/;

/** Addresses relative to a module: of an entry it is the file made of it, of all else what it is to the module itself. */
const addresses = {
  name: "addresses",
  transform(code, id) {
    if (!id.startsWith(source)) return undefined;
    const standing = JSON.stringify(relative(folder, join(root, "dist", relative(source, id))));
    const origin = `new URL(${standing}, import.meta.url).href`;
    return code.replaceAll(/(new URL\("([^"]+)\.js", )?import\.meta\.url/g, (_, start = "", path = "") => {
      const name = names.get(resolve(dirname(id), `${path}.ts`));
      return name ? `new URL("./${name}.js", import.meta.url` : `${start}${origin}`;
    });
  },
};

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(entries.map(([file, name]) => [name, file])),
  platform: "node",
  external: apart,
  plugins: [addresses],
});
// Functions keep their names, for stacks, and statements their lines: above an error that nobody caught, Node prints the line that
// threw it. All lie in one folder, for addresses.
const { output } = await bundle.write({
  dir: folder,
  chunkFileNames: "[name]-[hash].js",
  comments: false,
  minify: { compress: true, mangle: { toplevel: false }, codegen: { removeWhitespace: false } },
});

/** What the packages whose code is in there ask to be kept with it. */
const packages = new Set(
  output.flatMap(({ moduleIds = [] }) =>
    moduleIds.flatMap(
      (id) => /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.[0] ?? [],
    ),
  ),
);
const licences = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
});
writeFileSync(join(folder, "LICENSES"), licences.join(`\n${"-".repeat(80)}\n\n`));
