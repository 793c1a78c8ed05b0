/** The real command line without a process, on a small real run that is trained once for a test file. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { runCli } from "../../src/cli/main.ts";
import { memoryIo } from "./io.ts";
import { smallFlags } from "./small-run.ts";

export interface CliResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Call once at the top of a test file. */
export function commandLine() {
  const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  /** A run of two epochs, 6 steps each; tests copy it before they harm it. */
  const finished = join(folder, "finished");
  const training: { result?: CliResult } = {};
  let copies = 0;

  async function cli(...argv: string[]): Promise<CliResult> {
    const io = memoryIo({ environment: { BETALAB_CACHE: join(folder, "cache") } });
    const status = await runCli(argv, io);
    return { status, out: io.out(), err: io.err() };
  }

  /** The error that a command line ends with, read from its `--json` envelope. */
  async function failing(...argv: string[]) {
    const { status, out, err } = await cli(...argv, "--json");
    const { error, ...rest } = JSON.parse(out) as {
      error: { code: string; message: string; hint?: string };
    };
    expect(rest).toEqual({});
    expect(out.endsWith("}\n")).toBe(true);
    expect(err).not.toContain("betalab:");
    return { status, ...error };
  }

  const train = (...more: string[]) => ["train", "demo", ...smallFlags, "--epochs", "2", ...more];

  function copyOfRun(change: (run: string) => void = () => {}): string {
    const copy = join(folder, `copy-${copies++}`);
    cpSync(finished, copy, { recursive: true });
    change(copy);
    return copy;
  }

  beforeAll(async () => {
    training.result = await cli(...train("--out", finished, "--json"));
  });
  return { folder, finished, training, cli, failing, train, copyOfRun };
}

export const read = (...parts: string[]): Buffer => readFileSync(join(...parts));
/** File names of the checkpoints, oldest first; none before the first was written. */
export const checkpoints = (run: string): string[] =>
  existsSync(join(run, "checkpoints")) ? readdirSync(join(run, "checkpoints")).sort() : [];
export const information = (run: string) => JSON.parse(read(run, "run.json").toString("utf8"));

/** Changes values within `run.json`, by path. */
export function edit(run: string, changes: Readonly<Record<string, unknown>>): void {
  const value = information(run);
  for (const [path, change] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop()!;
    keys.reduce((at, key) => at[key], value)[last] = change;
  }
  writeFileSync(join(run, "run.json"), JSON.stringify(value));
}
