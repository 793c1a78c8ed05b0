/** A user's project: a folder outside the repository with the built package in its node_modules, and the examples. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Call once at the top of a test file. */
export function userProject() {
  const folder = mkdtempSync(join(tmpdir(), "betalab-user-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(repository, join(folder, "node_modules", "betalab"));
  for (const name of ["zod", "onnxruntime-web"]) {
    symlinkSync(join(repository, "node_modules", name), join(folder, "node_modules", name));
  }
  cpSync(join(repository, "examples"), folder, { recursive: true });

  function node(...argv: string[]): Finished {
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("BETALAB_"));
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd: folder,
      encoding: "utf8",
      env: { ...Object.fromEntries(environment), BETALAB_CACHE: join(folder, "cache") },
    });
    return { status, out: stdout, err: stderr };
  }

  /** The value that a command line prints; throws with what it said when it failed. */
  function betalab(...argv: string[]) {
    const done = node(join("node_modules", "betalab", "bin", "betalab.js"), ...argv, "--json");
    if (done.status !== 0) throw new Error(`betalab ${argv.join(" ")}: ${done.out}${done.err}`);
    return JSON.parse(done.out);
  }

  return { folder, node, betalab };
}
