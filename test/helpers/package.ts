/** The package as a user gets it: packed once, installed into an empty folder, opened with other Nodes. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
export const folder = mkdtempSync(join(tmpdir(), "betalab-package-"));
/** An empty project that has installed the tarball. */
export const project = join(folder, "project");

export interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

interface Done {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** As on a user's machine: without what `npm test` tells its children about this repository. */
function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(package|lifecycle|config_(ignore_scripts|allow_scripts|local_prefix))|INIT_CWD|BETALAB_)/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    ...extra,
  };
}

export function call(
  program: string,
  argv: readonly string[],
  { cwd = project, env = {} }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Done {
  const options = { cwd, env: environment(env), encoding: "utf8", timeout: 240_000 } as const;
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    ...options,
    shell: process.platform === "win32",
  });
  return { status, out: stdout, err: error === undefined ? stderr : String(error) };
}

export function pack(): Packed {
  const { out, err, status } = call("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: repository,
  });
  if (status !== 0) throw new Error(`npm pack: ${err}`);
  return (JSON.parse(out) as Packed[])[0]!;
}

/**
 * `npm install` with its defaults. `onnxruntime-node`'s install script is sent to a proxy that is not there, so that
 * it fails as behind a firewall; npm's own way to the registry is untouched.
 */
export function install(packages: readonly string[], cwd = project): Done {
  mkdirSync(cwd, { recursive: true });
  const attempt = (): Done =>
    call("npm", ["install", "--no-audit", "--no-fund", ...packages], {
      cwd,
      env: { GLOBAL_AGENT_HTTP_PROXY: "http://127.0.0.1:9", GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9" },
    });
  const done = attempt();
  if (done.status === 0) return done;
  // A registry that stumbled once is asked once more, before it is called absent or the package broken.
  console.warn(`npm install ${packages.join(" ")} failed, and is tried again: ${done.err.trim()}`);
  return attempt();
}

/** Why nothing can be installed here, from what npm said; `undefined` where it could, or failed for another reason. */
export function offline({ status, err }: Done): string | undefined {
  if (status === 0) return undefined;
  const unreachable =
    /^npm error code (ENOTFOUND|ECONN\w+|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EAI_AGAIN|ENETUNREACH|E429|E5\d\d)$/m;
  // The second is Node's word for a call that took longer than it may.
  const code = unreachable.exec(err)?.[1] ?? /^Error: spawnSync npm (ETIMEDOUT)$/m.exec(err)?.[1];
  return code === undefined ? undefined : `no npm registry (${code})`;
}

/** The program of another Node, which npm has as a package for each platform; or why it can't be had. */
export function otherNode(major: number): { program: string } | { missing: string } {
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const cwd = join(folder, `node-${major}`);
  const done = install([`${name}@${major}`], cwd);
  if (done.status !== 0) return { missing: offline(done) ?? `npm has no ${name}@${major}` };
  const program = join(cwd, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  return { program };
}

/** What the compiler says of a module of the project, under its strictest settings: nothing of one that is right. */
export function typeErrors(
  resolution: { readonly module: string; readonly moduleResolution: string },
  source: string,
): string {
  writeFileSync(join(project, "consumer.ts"), source);
  const compilerOptions = {
    ...resolution,
    target: "es2023",
    // Neither a page's types nor anybody's but Node's.
    lib: ["es2023"],
    types: ["node"],
    typeRoots: [join(repository, "node_modules/@types")],
    strict: true,
    exactOptionalPropertyTypes: true,
    // What it exports must have types that can be named from outside.
    declaration: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  return call(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", "."]).out;
}

export function exportsOf(root: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: object };
  return Object.keys(exports);
}

export const cleanUp = (): void => rmSync(folder, { recursive: true, force: true });
