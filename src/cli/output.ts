/**
 * How a command speaks: its one result on stdout, everything else on stderr. With `--json` the result, or the
 * failure, is one JSON value on stdout.
 */
import { BetalabError, exitStatus, messageOf } from "../base/errors.ts";
import { stringifyJson } from "../base/json.ts";
import { canRedraw, type Io, say, wantsColor } from "./io.ts";
import { Progress } from "./progress.ts";

export interface CommandResult {
  /** For scripts: one JSON value. Part of the interface: documented and stable. */
  readonly value: unknown;
  /** For people; printed with a newline after it. */
  readonly text: string;
  /** Some of what was asked for failed, and the result says what: exit status 1. Default false. */
  readonly failed?: boolean;
}

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly progress: Progress;
  private readonly io: Io;

  constructor(io: Io, { json, quiet }: { readonly json: boolean; readonly quiet: boolean }) {
    this.io = io;
    this.json = json;
    this.quiet = quiet;
    const mode = quiet ? "off" : canRedraw(io.stderr, io.environment) ? "live" : "plain";
    this.progress = new Progress({ stream: io.stderr, mode, now: io.now });
  }

  /** The result. A command returns it; only one that goes on after it (a server) prints it itself. */
  print({ value, text }: CommandResult): void {
    this.progress.clear();
    if (this.json) this.io.stdout.write(`${stringifyJson(value)}\n`);
    else say(this.io.stdout, text);
  }

  /** Something good to know, on stderr; nothing with `--quiet`. */
  note(text: string): void {
    if (!this.quiet) this.progress.above(text);
  }

  /** Reports a failure and returns the exit status. */
  fail(error: unknown): number {
    this.progress.clear();
    const { code, message, hint, status } = describe(error, this.io.signal);
    if (this.json) this.io.stdout.write(`${stringifyJson({ error: { code, message, hint } })}\n`);
    else {
      const isColored = wantsColor(this.io.stderr, this.io.environment);
      const name = isColored ? "\x1b[31mbetalab:\x1b[0m" : "betalab:";
      say(this.io.stderr, hint === undefined ? message : `${message}\n  ${hint}`, `${name} `);
    }
    if (code === "internal" && this.io.environment.BETALAB_DEBUG && error instanceof Error) {
      say(this.io.stderr, `${error.stack}`);
    }
    return status;
  }
}

function describe(error: unknown, signal: AbortSignal) {
  if (error instanceof BetalabError) {
    return { code: error.code, message: error.message, hint: error.hint, status: exitStatus[error.code] };
  }
  if (signal.aborted && error instanceof Error && error.name === "AbortError") {
    return { code: "interrupted", message: "stopped", hint: undefined, status: exitStatus.interrupted };
  }
  const hint = "this is a bug in betalab; BETALAB_DEBUG=1 shows where it happened";
  return { code: "internal", message: messageOf(error), hint, status: 1 };
}
