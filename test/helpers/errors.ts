/** The error of work that must fail. */

import { BetalabError } from "../../src/base/errors.ts";

export function failure(action: () => unknown): BetalabError {
  try {
    action();
  } catch (error) {
    if (error instanceof BetalabError) return error;
    throw error;
  }
  throw new Error("it should have failed");
}
