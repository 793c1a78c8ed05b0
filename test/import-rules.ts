/**
 * The rules of who may import whom, as a pure function from source texts to problems. `imports.test.ts` applies it
 * to `src/` and, so that it is known to bite, to made-up sources that break each rule.
 */
import { posix } from "node:path";
import ts from "typescript";

/** From the bottom to the top: a room may use itself and the rooms before it. */
export const rooms = [
  "base",
  "graph",
  "plan",
  "wasm",
  "gpu",
  "runtime",
  "nn",
  "models",
  "objectives",
  "data",
  "training",
  "runs",
  "latent",
  "metrics",
  "figures",
  "pages",
  "config",
  "trained",
  "jobs",
  "sweeps",
  "workbench",
  "cli",
  "studio",
] as const;

/** These run in a page, with everything that they reach. */
const pureRooms = [
  "base",
  "graph",
  "plan",
  "wasm",
  "gpu",
  "nn",
  "models",
  "objectives",
  "training",
  "latent",
  "metrics",
];

/** Of the other rooms, the doors that a page may enter. */
const pureDoors = [
  "data/index.ts",
  "data/web.ts",
  "config/index.ts",
  "config/web.ts",
  "figures/web.ts",
  "pages/index.ts",
  "runs/web.ts",
  "runtime/index.ts",
  "runtime/web.ts",
  "trained/web.ts",
  "studio/web.ts",
];

/** The files of pure rooms that are for Node. No pure code may reach them. */
const nodeFiles = [
  "base/disk.ts",
  "base/lease-disk.ts",
  "base/lease.ts",
  "base/processes.ts",
  "base/version.ts",
  "base/writable.ts",
];

/** Packages that run in a page. A pure room may reach these and no other; add one here when it is known to. */
const pagePackages = [
  "@bufbuild/protobuf",
  "onnx-buf",
  "fflate",
  "zod",
  "yaml",
  "umap-js",
  "onnxruntime-web",
];

/** Packages of the page alone, and the style that its build makes. */
const webPackages = [
  "sucrase",
  "katex",
  "codemirror",
  "@codemirror/lang-javascript",
  "svelte",
  "idb-keyval",
  "virtual:betalab.css",
];

/** A room is entered through one of these; in `base` each file is a door. */
const doors = ["index.ts", "node.ts", "web.ts"];

/** The one import that points down: the command that starts the studio, which itself uses the command line. */
const exceptions: Readonly<Record<string, string>> = { "cli/commands/studio.ts": "studio" };

/**
 * The one place for cycles: an operator stands beside its gradient, and the gradient of a sum is written with
 * products, that of a product with sums. They call each other only after all are loaded.
 */
const mutualFolder = "graph/ops/";

/** `static` code runs on load, `dynamic` when asked for, `type` is erased, `computed` can't be followed. */
type ImportKind = "static" | "dynamic" | "type" | "computed";

interface Import {
  readonly target: string;
  readonly kind: ImportKind;
}

/** Source texts by path within `src/`: `graph/index.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** One sentence for each broken rule, naming the file; empty when all is well. */
export function importProblems(sources: Sources): string[] {
  const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]));
  return [
    ...[...imports].flatMap(([file, list]) => list.flatMap((one) => directionProblems(file, one, sources))),
    ...cycles(imports).map((cycle) => `import cycle: ${cycle.join(" → ")}`),
    ...purityProblems(imports),
    ...startupProblems(imports),
  ];
}

/** The code of a Svelte component. */
const scriptOf = (text: string): string => /<script[^>]*>(.*?)<\/script>/s.exec(text)?.[1] ?? "";

/** All that `text` imports, relative targets resolved to paths within `src/`. */
export function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const note = (specifier: ts.Node | undefined, kind: ImportKind): void => {
    if (specifier === undefined) return;
    if (!ts.isStringLiteralLike(specifier)) found.push({ target: specifier.getText(), kind: "computed" });
    else found.push({ target: resolveTarget(file, specifier.text), kind });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      note(node.moduleSpecifier, isTypeOnly(node) ? "type" : "static");
    } else if (ts.isExportDeclaration(node)) {
      note(node.moduleSpecifier, node.isTypeOnly ? "type" : "static");
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      note(node.argument.literal, "type");
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      note(node.arguments[0], "dynamic");
    }
    ts.forEachChild(node, visit);
  };
  const code = file.endsWith(".svelte") ? scriptOf(text) : text;
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true));
  return found;
}

/** With `verbatimModuleSyntax`, `import { type A }` still loads the module; only `import type` is erased. */
function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  return importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function resolveTarget(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return posix.normalize(posix.join(posix.dirname(file), specifier));
}

const roomOf = (file: string): string | undefined => (file.includes("/") ? file.split("/")[0] : undefined);
const rank = (room: string): number => (rooms as readonly string[]).indexOf(room);

function directionProblems(file: string, { target, kind }: Import, sources: Sources): string[] {
  const room = roomOf(file);
  if (kind === "computed") return [];
  if (!sources.has(target)) {
    const onlyInRuntime = /^onnxruntime-/.test(target) && room !== "runtime";
    return onlyInRuntime ? [`${file} imports ${target}: only runtime/ does`] : [];
  }
  const targetRoom = roomOf(target);
  if (targetRoom === undefined)
    return [`${file} imports ${target}: that is the library's door, for outsiders`];
  if (room !== undefined && rank(room) === -1) return [`${file} is in no known room`];
  if (room === targetRoom || exceptions[file] === targetRoom) return [];
  const problems: string[] = [];
  if (room !== undefined && rank(targetRoom) > rank(room)) {
    problems.push(`${file} imports ${target}: ${room}/ is built before ${targetRoom}/`);
  }
  const inside = target.slice(targetRoom.length + 1);
  if (targetRoom !== "base" && !doors.includes(inside)) {
    problems.push(`${file} imports ${target}: a room is entered through ${doors.join(", ")}`);
  }
  return problems;
}

/**
 * The page's own rules, from the sources of both by path within the repository (`web/…`, `src/…`): it enters pure
 * rooms by their doors, types may come from any door, and nothing of `src/` knows of it.
 */
export function webProblems(sources: Sources): string[] {
  const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]));
  return [...imports].flatMap(([file, list]) =>
    list.flatMap(({ target, kind }) => {
      const says = `${file} imports ${target}`;
      if (!file.startsWith("web/")) return target.startsWith("web/") ? [`${says}: src/ knows no page`] : [];
      if (!target.startsWith("src/")) {
        const isOwn =
          target.startsWith("web/") ||
          [...pagePackages, ...webPackages].some((name) => isPackage(target, name));
        return isOwn ? [] : [`${says}, which a page doesn't have`];
      }
      const [room, ...inside] = target.slice("src/".length).split("/");
      const runs = pureRooms.includes(room!) || pureDoors.includes(target.slice("src/".length));
      if (kind !== "type" && !runs) return [`${says}: ${room}/ does not run in a page`];
      const isDoor =
        room === "base" || (inside.length === 1 && inside[0] !== "node.ts" && doors.includes(inside[0]!));
      return isDoor ? [] : [`${says}: a page enters a room through index.ts or web.ts`];
    }),
  );
}

/** What a page loads or may come to load, from the files of the pure rooms on. */
function purityProblems(imports: ReadonlyMap<string, Import[]>): string[] {
  const problems: string[] = [];
  const cause = new Map<string, string | undefined>();
  const queue = [...imports.keys()].filter(
    (file) => pureDoors.includes(file) || (pureRooms.includes(roomOf(file) ?? "") && !isForNode(file)),
  );
  for (const file of queue) cause.set(file, undefined);
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const { target, kind } of imports.get(file)!) {
      if (kind === "type") continue;
      if (imports.has(target)) {
        if (cause.has(target)) continue;
        cause.set(target, file);
        queue.push(target);
      } else if (kind === "computed") {
        problems.push(`${chain(file, cause)} imports what can't be told: import(${target})`);
      } else if (!target.endsWith(".ts") && !pagePackages.some((name) => isPackage(target, name))) {
        problems.push(`${chain(file, cause)} reaches ${target}, which a page doesn't have`);
      }
    }
  }
  return problems;
}

const isForNode = (file: string): boolean => nodeFiles.includes(file) || file.endsWith("/node.ts");

function chain(file: string, cause: ReadonlyMap<string, string | undefined>): string {
  const path = [file];
  for (let from = cause.get(file); from !== undefined; from = cause.get(from)) path.unshift(from);
  return path.join(" → ");
}

/** What `betalab --help` loads, from `cli/main.ts` on, is light; what is heavy must wait until a command runs. */
function startupProblems(imports: ReadonlyMap<string, Import[]>): string[] {
  const light = (target: string): boolean =>
    ["cli", "base"].includes(imports.has(target) ? roomOf(target)! : "") ||
    target.startsWith("node:") ||
    target === "commander";
  const atStart = new Set(["cli/main.ts"]);
  for (const file of atStart) {
    for (const { kind, target } of imports.get(file) ?? []) {
      if (kind === "static" && roomOf(target) === "cli") atStart.add(target);
    }
  }
  return [...imports]
    .filter(([file]) => atStart.has(file))
    .flatMap(([file, list]) =>
      list
        .filter(({ kind, target }) => kind === "static" && !light(target))
        .map(
          ({ target }) => `${file} imports ${target} at start: use await import(…) in run, or import type`,
        ),
    );
}

/**
 * The shortest cycle through each file that is in one. Dynamic imports count, and so do types: two files that can only
 * be understood together are one, or a third is missing that both stand on.
 */
function cycles(imports: ReadonlyMap<string, Import[]>): string[][] {
  const next = (file: string): string[] =>
    imports
      .get(file)!
      .filter(({ target }) => imports.has(target))
      .map(({ target }) => target);
  const found = new Map<string, string[]>();
  for (const file of imports.keys()) {
    if (file.startsWith(mutualFolder)) continue;
    const cycle = shortestWayBack(file, next);
    if (cycle === undefined) continue;
    const key = [...new Set(cycle)].sort().join();
    if (!found.has(key)) found.set(key, cycle);
  }
  return [...found.values()];
}

function shortestWayBack(file: string, next: (file: string) => string[]): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [file];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const target of next(at)) {
      if (target === file) {
        const way = [file];
        for (let back = at; back !== file; back = cameFrom.get(back)!) way.unshift(back);
        return [file, ...way];
      }
      if (!cameFrom.has(target)) {
        cameFrom.set(target, at);
        queue.push(target);
      }
    }
  }
  return undefined;
}

const isPackage = (specifier: string, name: string): boolean =>
  specifier === name || specifier.startsWith(`${name}/`);
