/** The built `bin/betalab.js` as a child process, watched line by line. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** From the repository's root, where tests and benches run: as built, this file lies elsewhere. */
const at = (path: string): string => resolve(path);

/** Why processes can't be tested; `undefined` when they can. */
export const notBuilt = existsSync(at("dist/node/cli-main.js"))
  ? undefined
  : "dist/ is not built: npm run build";

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when stderr holds `text`, or the process has ended. */
  said(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

export function start(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Running {
  const child = spawn(process.execPath, [at("bin/betalab.js"), ...argv], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  const listeners = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    texts.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    texts.err += chunk;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (status, signal) => resolve({ status, signal, ...texts }));
  });
  const said = (text: string) =>
    Promise.race([
      new Promise<void>((resolve) => {
        const look = () => texts.err.includes(text) && resolve();
        listeners.add(look);
        look();
      }),
      ended.then(() => {}),
    ]);
  return { child, said, ended };
}

/** Runs to its end. */
export const betalab = (...argv: string[]): Promise<Ended> => start(argv).ended;

/**
 * Milliseconds that the main thread of a process, or this thread, was ready to run while others had the processor. Less
 * what is added to it in between, a time by the clock is that of a machine of one's own. Only Linux tells; 0 elsewhere, and of
 * a process that has ended.
 */
export function waited(process: number | "thread-self"): number {
  try {
    return Number(readFileSync(`/proc/${process}/schedstat`, "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}
