/** The command line as people have it, for what measures whole commands. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Compiled, this file lies in `dist-bench/bench`. */
export const repository = fileURLToPath(new URL("../..", import.meta.url));

/** What is measured is the command that people type, so it is built as they build it. */
export function buildCommand(): void {
  const { status, stderr } = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: repository,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm run build failed\n${stderr}`);
}
