/** Where a stretch of training runs: the machine, its system, what was asked for, and the state of the user's own code. */

import { execFileSync, type StdioOptions } from "node:child_process";
import { arch, cpus, hostname, platform, release } from "node:os";
import { basename } from "node:path";
import { shellWord } from "../base/escape.ts";

export function surroundings() {
  const commit = gitCommit();
  return {
    host: hostname(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    system: `${platform()} ${release()} ${arch()}`,
    command: commandLine(process.argv),
    ...(commit !== undefined && { commit }),
  };
}

/** "betalab train demo": the script and its arguments, quoted where a shell would need it. */
export function commandLine([, script = "", ...args]: readonly string[]): string {
  const shown = args.map((arg) => arg.replace(/:\/\/[^/\s]*@/g, "://…@"));
  return [basename(script).replace(/^betalab\.js$/, "betalab"), ...shown.map(shellWord)].join(" ");
}

/** Of the repository around the working directory; nothing where there is none, or no git. */
export function gitCommit(folder = process.cwd()): string | undefined {
  try {
    const words = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    const said = execFileSync("git", words, { cwd: folder, encoding: "utf8", timeout: 2000, stdio });
    return said.trim() || undefined;
  } catch {
    return undefined;
  }
}
