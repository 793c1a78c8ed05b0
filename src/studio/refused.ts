/** What the server does not do, as an error with the status of its answer. */

import { BetalabError, type ErrorCode, messageOf } from "../base/errors.ts";
import type { Refusal } from "./protocol.ts";

export type RefusedStatus = 400 | 401 | 403 | 404 | 409 | 413 | 416 | 422 | 500 | 507;

export class Refused extends BetalabError {
  readonly status: RefusedStatus;

  constructor(status: RefusedStatus, message: string, hint?: string, code: ErrorCode = "usage") {
    super(code, message, hint);
    this.status = status;
  }
}

export const notThere = (what: string): Refused => new Refused(404, `${what} is not there`, undefined, "run");

/** Any error as an answer: its status and body. */
export function refusal(error: unknown): { readonly status: RefusedStatus; readonly body: Refusal } {
  if (!(error instanceof BetalabError)) {
    const told = { code: "internal", message: messageOf(error), hint: "this is a bug in betalab" } as const;
    return { status: 500, body: { error: told } };
  }
  const { code, message, hint } = error;
  return { status: statusOf(error), body: { error: { code, message, ...(hint !== undefined && { hint }) } } };
}

function statusOf(error: BetalabError): RefusedStatus {
  if (error instanceof Refused) return error.status;
  if (error.code !== "disk") return 422;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" ? 507 : 500;
}

/** What is in a file that may be broken: the view of what it is about says so, and a table does without. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BetalabError) return undefined;
    throw error;
  }
}

/** Does what is done again soon anyway: a disk that fails, or a folder that goes while it is read, is no reason to end. */
export function unlessOnDisk(work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
  }
}
