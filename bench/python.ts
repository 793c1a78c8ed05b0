/** Which Python has what we need. */

import { spawnSync } from "node:child_process";
import { BetalabError } from "../src/base/errors.ts";

/** The first of `BETALAB_PYTHON`, `python3` and `/usr/bin/python3` that can import `module`. */
export function findPython(module: string): string | undefined {
  const candidates = [process.env.BETALAB_PYTHON, "python3", "/usr/bin/python3"];
  return candidates.find(
    (command) =>
      command !== undefined &&
      spawnSync(command, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0,
  );
}

/** Throws a "device" error that says what to install. */
export function needPython(module: string, packages: string): string {
  const command = findPython(module);
  if (command !== undefined) return command;
  throw new BetalabError(
    "device",
    `no Python here can import ${module}`,
    `python3 -m venv DIR && DIR/bin/pip install ${packages}; then set BETALAB_PYTHON=DIR/bin/python`,
  );
}
