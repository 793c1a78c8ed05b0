/** A command line in this process, whatever it is given: how it ended, and what of that no input may cause. */

import { pathToFileURL } from "node:url";
import { memoryIo } from "../../test/helpers/io.ts";

/** Longer than this nothing small takes, however busy the machine. */
const LIMIT_MILLISECONDS = 60_000;
/** What one command may leave in memory. */
const LIMIT_BYTES = 2e9;

/** Why a command line ended as no input may make it end; `undefined` where it ended well or with a named reason. */
export async function brokenBy(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  // As it is built: what people run.
  const { runCli }: typeof import("../../src/cli/main.ts") = await import(
    pathToFileURL("dist/cli/main.js").href
  );
  const io = memoryIo({ environment });
  const from = performance.now();
  const timer = setTimeout(() => io.abort(), LIMIT_MILLISECONDS);
  const status = await runCli(["--json", ...argv], io);
  clearTimeout(timer);
  if (performance.now() - from > LIMIT_MILLISECONDS)
    return `it took more than ${LIMIT_MILLISECONDS / 1000} s`;
  const resident = process.memoryUsage().rss;
  if (resident > LIMIT_BYTES) return `${Math.round(resident / 1e6)} MB are resident`;
  if (status === 0) return undefined;
  if (![1, 2, 3].includes(status)) return `exit ${status}`;
  const { error } = JSON.parse(io.out()) as { error?: { code: string; message: string } };
  // A value with `failed`: what failed stands in it.
  if (error === undefined) return undefined;
  if (error.code === "internal" || /internal:|bug in betalab/.test(error.message)) return error.message;
  return error.message === "" ? "an error without a word" : undefined;
}
