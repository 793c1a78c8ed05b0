/** What the data room's tests share: a folder that goes away, the real data where it is, an error's code and message. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { BetalabError, type ErrorCode } from "../../src/base/errors.ts";

/** An empty folder for one test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "betalab-data-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const realData = fileURLToPath(new URL("../../../shared/data", import.meta.url));

/** A folder of the development data, or nothing, with the reason printed. */
export function realFolder(name: string): string | undefined {
  const folder = join(realData, name);
  if (existsSync(folder)) return folder;
  console.warn(`tests with ${name} are skipped: there is no ../shared/data/${name} beside the repository`);
  return undefined;
}

/** The `BetalabError` that `work` throws or rejects with; its code must be `code`. */
export async function failure(code: ErrorCode, work: () => unknown): Promise<BetalabError> {
  let thrown: unknown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(BetalabError);
  const error = thrown as BetalabError;
  expect({ code: error.code, message: error.message }).toMatchObject({ code });
  return error;
}
