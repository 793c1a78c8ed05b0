/**
 * What a command line touches of the outside: two streams, the environment, a clock and the user's wish to stop.
 * `runCli` sees nothing else, so a test gives it texts instead of a terminal.
 */

export interface TextStream {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in characters; 80 where it isn't known. Read anew for each line: terminals are resized. */
  readonly columns: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Io {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly environment: Environment;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Milliseconds, only ever compared with each other. */
  now(): number;
}

export function processIo(signal: AbortSignal): Io {
  return {
    stdout: streamOf(process.stdout),
    stderr: streamOf(process.stderr),
    environment: process.env,
    signal,
    now: () => performance.now(),
  };
}

function streamOf(stream: NodeJS.WriteStream): TextStream {
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns > 0 ? stream.columns : 80;
    },
  };
}

/**
 * Lets `betalab … | head` end quietly. A closed stdout ends the process: nobody reads the result. A closed stderr
 * ends nothing: a training goes on without its progress line.
 */
export function tolerateClosedPipes(exit: (status: number) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // A terminal that was closed gives EIO.
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
      if (stream === process.stdout) exit(0);
    });
  }
}

/** Without what a terminal would obey: a file's name may hold any character. Lines stay lines. */
export const printable = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    /[\0-\b\v-\x1f\x7f-\x9f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

/** Writes words for people and ends the line; `before` goes as it is. */
export const say = (stream: TextStream, words: string, before = ""): void =>
  stream.write(`${before}${printable(words)}\n`);

/** Whether to colour what goes to `stream`: NO_COLOR forbids, FORCE_COLOR demands, otherwise a terminal decides. */
export function wantsColor(stream: TextStream, environment: Environment): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== "0";
  return stream.isTerminal && environment.TERM !== "dumb";
}

/** Whether `stream` can show a line that is redrawn: a terminal that is no CI log. */
export function canRedraw(stream: TextStream, environment: Environment): boolean {
  return stream.isTerminal && environment.TERM !== "dumb" && !environment.CI;
}
