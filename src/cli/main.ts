/**
 * The front door: from arguments to an exit status. `runCli` does it all against an `Io`, so tests need no
 * process; `main` is what `bin/betalab.js` calls.
 */
import { version } from "../base/version.ts";
import type { Command } from "./command.ts";
import { allCommands, shippedCommands } from "./commands.ts";
import { type Io, processIo, tolerateClosedPipes } from "./io.ts";
import { withFlags } from "./options.ts";
import { Output } from "./output.ts";
import { parseCommandLine } from "./program.ts";
import { INTERRUPTED_STATUS, listenForInterrupts } from "./signals.ts";

/**
 * Runs one command line.
 *
 * @param argv without the program's name: `["train", "mnist"]`.
 * @returns the exit status: 0 done, 1 failed, 2 usage, 3 bad data or config, 130 interrupted. Never throws.
 */
export async function runCli(
  argv: readonly string[],
  io: Io,
  commands?: readonly Command[],
): Promise<number> {
  // Looked for by hand, since the errors of parsing must already be told in the right form.
  const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const json = words.includes("--json");
  const quiet = words.includes("--quiet") || words.includes("-q");
  const output = new Output(io, { json, quiet });
  const { environment, signal, stdout } = io;
  try {
    const known = () =>
      /^complet(e|ion)$/.test(argv[0] ?? "")
        ? shippedCommands()
        : allCommands(optionText("--config-module", words));
    const run = parseCommandLine(argv, {
      commands: commands ?? (await known()),
      version: version(),
      stdout,
      environment,
    });
    const result = await run?.({ output, signal, environment });
    if (result !== undefined) output.print(result);
    output.progress.clear();
    if (signal.aborted) return INTERRUPTED_STATUS;
    return result?.failed ? 1 : 0;
  } catch (error) {
    const status = output.fail(withFlags(error));
    // What failed because it was told to stop was interrupted.
    return signal.aborted ? INTERRUPTED_STATUS : status;
  }
}

/** Runs the command line of this process, and ends it with the exit status once all that was written has left. */
export async function main(): Promise<void> {
  const controller = new AbortController();
  const exit = (status: number): void => process.exit(status);
  tolerateClosedPipes(exit);
  const hasEnded = listenForInterrupts({
    source: process,
    controller,
    announce: () => process.stderr.write("\nstopping; press Ctrl-C again to stop at once\n"),
    exit,
  });
  const status = await runCli(process.argv.slice(2), processIo(controller.signal));
  hasEnded(status);
  // Node's own way to its end is not awaited: it gives up the handlers of signals some milliseconds before, in which Ctrl-C would
  // make a failure of what was done; and work that did not notice an interruption must not keep the process.
  await Promise.all([process.stdout, process.stderr].map(written));
  exit(status);
}

/** Resolves when a stream has passed on all that was written to it, or has failed: then nobody reads it. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write("", () => resolve());
  });

/** The value of a global option that must be known before the commands are. */
function optionText(flag: string, words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (at < 0) return undefined;
  return words[at]!.includes("=") ? words[at]!.slice(flag.length + 1) : words[at + 1];
}
