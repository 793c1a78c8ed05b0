/** An `Io` that keeps what is written, for running the command line without a process. */
import type { Environment, Io } from "../../src/cli/io.ts";

export interface MemoryIo extends Io {
  /** All that was written so far. */
  out(): string;
  err(): string;
  abort(): void;
  /** Lets time pass. */
  wait(milliseconds: number): void;
}

export interface MemoryIoOptions {
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly environment?: Environment;
}

export function memoryIo({
  terminal = false,
  columns = 80,
  environment = {},
}: MemoryIoOptions = {}): MemoryIo {
  const written = { out: "", err: "" };
  const controller = new AbortController();
  let time = 0;
  const stream = (name: "out" | "err") => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTerminal: terminal,
    columns,
  });
  return {
    stdout: stream("out"),
    stderr: stream("err"),
    environment,
    signal: controller.signal,
    now: () => time,
    out: () => written.out,
    err: () => written.err,
    abort: () => controller.abort(),
    wait: (milliseconds) => {
      time += milliseconds;
    },
  };
}
