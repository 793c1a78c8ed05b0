/** The last session, kept by the browser: what was trained is there after a reload, a crash or a night. */

import { del, get, set } from "idb-keyval";
import type { BroughtData, Checkpoint } from "./lab/protocol.ts";

const KEY = "betalab last session";
const FORMAT = 1;

export interface Session {
  /** Both configs, as the address holds them. */
  readonly hash: string;
  /** Of the model, and of the second one where there is one; nothing where that was not trained. */
  readonly checkpoints: readonly (Checkpoint | undefined)[];
  readonly brought: BroughtData | undefined;
}

/** Throws an Error that says why it can't be kept, mostly for want of room. */
export async function keepSession(session: Session): Promise<void> {
  try {
    await set(KEY, { format: FORMAT, ...session });
  } catch (error) {
    const why = (error as Error).name === "QuotaExceededError" ? "there is no room for it" : String(error);
    throw new Error(
      `The browser can’t keep this session (${why}). Training goes on; “Take it with you” saves it as a file.`,
    );
  }
}

/** Nothing where none was kept, or by a page of another version. */
export async function lastSession(): Promise<Session | undefined> {
  const found = await get<Session & { readonly format: number }>(KEY).catch(() => undefined);
  return found?.format === FORMAT ? found : undefined;
}

export async function forgetSession(): Promise<void> {
  await del(KEY).catch(() => {});
}
