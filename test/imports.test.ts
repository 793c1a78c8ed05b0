import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { importProblems, importsOf, rooms, webProblems } from "./import-rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src");

/** The sources but for tests, which may import what they like, by path within `within`. */
function readSources(folder = source, within = source): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths.map((path) => [relative(within, path).split(sep).join("/"), readFileSync(path, "utf8")]),
  );
}

test("src/ keeps the rules", () => {
  const sources = readSources();
  expect(sources.size).toBeGreaterThan(20);
  expect(importProblems(sources)).toEqual([]);
});

test("web/ and src/ keep theirs", () => {
  const sources = new Map([...readSources(source, root), ...readSources(join(root, "web"), root)]);
  expect([...sources.keys()].filter((file) => file.startsWith("web/")).length).toBeGreaterThan(10);
  expect(webProblems(sources)).toEqual([]);
});

test.each([
  [
    "web/a.ts",
    'import { a } from "../src/graph/index.ts"; import "./b.ts"; import "../src/base/json.ts";',
    [],
  ],
  ["web/a.ts", 'import type { Live } from "../src/pages/index.ts";', []],
  [
    "web/a.ts",
    'import { stringify } from "../src/jobs/index.ts";',
    ["web/a.ts imports src/jobs/index.ts: jobs/ does not run in a page"],
  ],
  [
    "web/a.ts",
    'import { apply } from "../src/graph/tensor.ts";',
    ["web/a.ts imports src/graph/tensor.ts: a page enters a room through index.ts or web.ts"],
  ],
  ["web/a.svelte", '<script lang="ts">\nimport "katex";\n</script>\n<p></p>', []],
  [
    "web/a.svelte",
    '<script lang="ts">\nimport "sharp";\n</script>\n<p></p>',
    ["web/a.svelte imports sharp, which a page doesn't have"],
  ],
  ["web/a.ts", 'import "node:fs";', ["web/a.ts imports node:fs, which a page doesn't have"]],
  [
    "src/pages/a.ts",
    'import type { Decoder } from "../../web/explorer/decoder.ts";',
    ["src/pages/a.ts imports web/explorer/decoder.ts: src/ knows no page"],
  ],
])("the rules of web/: %s, %s", (file, text, problems) => {
  expect(webProblems(new Map([[file, text]]))).toEqual(problems);
});

test("every folder of src/ is a room", () => {
  const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(
    folders.map((entry) => entry.name).filter((name) => !(rooms as readonly string[]).includes(name)),
  ).toEqual([]);
});

describe("each broken rule is found", () => {
  const problems = (files: Record<string, string>) => importProblems(new Map(Object.entries(files)));
  const graph = { "graph/index.ts": "", "graph/tensor.ts": "", "nn/index.ts": "", "base/errors.ts": "" };

  test.each<[string, Record<string, string>]>([
    ["a door above", { "nn/layers.ts": 'import { a } from "../graph/index.ts";' }],
    ["a file of one's own room", { "graph/ops/add.ts": 'import { a } from "../tensor.ts";' }],
    ["any file of base", { "nn/layers.ts": 'import { a } from "../base/errors.ts";' }],
    ["node: where it may be", { "data/folder.ts": 'import "node:fs";' }],
    [
      "node: in base's own files for Node, from a room for Node",
      { "base/disk.ts": 'import "node:fs";', "runs/a.ts": 'import { diskError } from "../base/disk.ts";' },
    ],
    ["node: behind a pure room's door for Node", { "latent/node.ts": 'import "node:fs";' }],
    ["onnxruntime in runtime/", { "runtime/node.ts": 'import * as ort from "onnxruntime-node";' }],
    [
      "the studio from its command",
      { "studio/index.ts": "", "cli/commands/studio.ts": 'import("../../studio/index.ts");' },
    ],
    ["the library's door to any room", { "index.ts": 'export * from "./nn/index.ts";' }],
    ["a package of the page in a pure room", { "nn/a.ts": 'import "@bufbuild/protobuf/wire";' }],
    ["the type of a Node module", { "nn/a.ts": 'import type { PathLike } from "node:fs";' }],
    [
      "words that only look like imports",
      { "graph/a.ts": '// import "../nn/index.ts"\nconst s = `import "node:fs"`;' },
    ],
  ])("allowed: %s", (_what, files) => {
    expect(problems({ ...graph, ...files })).toEqual([]);
  });

  test.each<[string, Record<string, string>, string | RegExp]>([
    [
      "a room below",
      { "graph/a.ts": 'import { b } from "../nn/index.ts";' },
      "graph/a.ts imports nn/index.ts: graph/ is built before nn/",
    ],
    [
      "a type of a room below",
      { "graph/a.ts": 'import type { B } from "../nn/index.ts";' },
      "graph/a.ts imports nn/index.ts: graph/ is built before nn/",
    ],
    [
      "an inline type of a room below",
      { "graph/a.ts": 'type B = import("../nn/index.ts").B;' },
      "graph/a.ts imports nn/index.ts: graph/ is built before nn/",
    ],
    [
      "a room below when asked for",
      { "graph/a.ts": 'const b = () => import("../nn/index.ts");' },
      "graph/a.ts imports nn/index.ts: graph/ is built before nn/",
    ],
    [
      "re-exporting a room below",
      { "graph/a.ts": 'export * from "../nn/index.ts";' },
      "graph/a.ts imports nn/index.ts: graph/ is built before nn/",
    ],
    [
      "past a door",
      { "nn/layers.ts": 'import { a } from "../graph/tensor.ts";' },
      "nn/layers.ts imports graph/tensor.ts: a room is entered through index.ts, node.ts, web.ts",
    ],
    [
      "a door of an inner folder",
      { "graph/onnx/index.ts": "", "nn/layers.ts": 'import "../graph/onnx/index.ts";' },
      "nn/layers.ts imports graph/onnx/index.ts: a room is entered through index.ts, node.ts, web.ts",
    ],
    [
      "the library's own door",
      { "index.ts": "", "nn/a.ts": 'import "../index.ts";' },
      "nn/a.ts imports index.ts: that is the library's door, for outsiders",
    ],
    [
      "onnxruntime elsewhere",
      { "workbench/a.ts": 'import type { Tensor } from "onnxruntime-common";' },
      "workbench/a.ts imports onnxruntime-common: only runtime/ does",
    ],
    [
      "an unknown room",
      { "utilities/a.ts": 'import "../graph/index.ts";' },
      "utilities/a.ts is in no known room",
    ],
    [
      "Node in a pure room",
      { "metrics/a.ts": 'import { readFileSync } from "node:fs";' },
      "metrics/a.ts reaches node:fs, which a page doesn't have",
    ],
    [
      "base's files for Node from a pure room",
      { "base/disk.ts": 'import "node:fs";', "latent/a.ts": 'import { diskError } from "../base/disk.ts";' },
      "latent/a.ts → base/disk.ts reaches node:fs, which a page doesn't have",
    ],
    [
      "Node behind the data's door for a page",
      { "data/index.ts": 'import "./a.ts";', "data/a.ts": 'import "node:fs";' },
      "data/index.ts → data/a.ts reaches node:fs, which a page doesn't have",
    ],
    [
      "Node without its prefix",
      { "metrics/a.ts": 'import "fs";' },
      "metrics/a.ts reaches fs, which a page doesn't have",
    ],
    [
      "sharp, dynamically and two files away",
      {
        "latent/a.ts": 'import "../data/index.ts";',
        "data/index.ts": 'export { read } from "./read.ts";',
        "data/read.ts": 'export const read = () => import("sharp");',
      },
      "data/index.ts → data/read.ts reaches sharp, which a page doesn't have",
    ],
    [
      "what can't be followed",
      { "nn/a.ts": 'const name = "node:fs"; import(name);' },
      "nn/a.ts imports what can't be told: import(name)",
    ],
    [
      "a heavy room at start",
      {
        "runs/index.ts": "",
        "cli/main.ts": 'import "./commands/a.ts";',
        "cli/commands/a.ts": 'import { listRuns } from "../../runs/index.ts";',
      },
      "cli/commands/a.ts imports runs/index.ts at start: use await import(…) in run, or import type",
    ],
    [
      "a heavy package at start",
      { "cli/main.ts": 'import { z } from "zod";' },
      "cli/main.ts imports zod at start: use await import(…) in run, or import type",
    ],
    [
      "two files in a circle",
      { "graph/a.ts": 'import { type B } from "./b.ts";', "graph/b.ts": 'export { a } from "./a.ts";' },
      "import cycle: graph/a.ts → graph/b.ts → graph/a.ts",
    ],
    [
      "operators in a circle that leaves their folder",
      {
        "graph/ops/a.ts": 'import "./b.ts"; import "../x.ts";',
        "graph/ops/b.ts": 'import "./a.ts";',
        "graph/x.ts": 'import "./ops/b.ts";',
      },
      "import cycle: graph/x.ts → graph/ops/b.ts → graph/ops/a.ts → graph/x.ts",
    ],
    [
      "three files in a circle, one when asked for",
      { "nn/a.ts": 'import "./b.ts";', "nn/b.ts": 'import "./c.ts";', "nn/c.ts": 'import("./a.ts");' },
      "import cycle: nn/a.ts → nn/b.ts → nn/c.ts → nn/a.ts",
    ],
    [
      "types in a circle",
      {
        "graph/a.ts": 'import type { B } from "./b.ts";',
        "graph/b.ts": 'export type { A } from "./a.ts";',
      },
      "import cycle: graph/a.ts → graph/b.ts → graph/a.ts",
    ],
    [
      "a file that imports itself",
      { "graph/a.ts": 'import "./a.ts";' },
      "import cycle: graph/a.ts → graph/a.ts",
    ],
    [
      "a circle through the room's own door",
      { "graph/index.ts": 'export * from "./a.ts";', "graph/a.ts": 'import { b } from "./index.ts";' },
      "import cycle: graph/index.ts → graph/a.ts → graph/index.ts",
    ],
  ])("found: %s", (_what, files, problem) => {
    expect(problems({ ...graph, ...files })).toEqual([problem]);
  });
});

test("kinds of import", () => {
  const text = `
    import a from "./a.ts";
    import { type B } from "./b.ts";
    import type { C } from "../nn/c.ts";
    export { d } from "zod";
    export type { E } from "./e.ts";
    const f = await import("./f.ts");
  `;
  expect(importsOf("graph/x.ts", text)).toEqual([
    { target: "graph/a.ts", kind: "static" },
    { target: "graph/b.ts", kind: "static" },
    { target: "nn/c.ts", kind: "type" },
    { target: "zod", kind: "static" },
    { target: "graph/e.ts", kind: "type" },
    { target: "graph/f.ts", kind: "dynamic" },
  ]);
});
