/** How long work reports where it is and is asked to stop: one form for all rooms. */

import { BetalabError } from "./errors.ts";

/** Where a stage of the work is. */
interface StageProgress {
  /** What is being done, in a few words: "encoding images". */
  readonly stage: string;
  readonly done: number;
  /** In the units of `done`; 0 when it is not known. */
  readonly total: number;
}

export type OnProgress = (progress: StageProgress) => void;

/** How long work is watched and stopped. */
export interface Watch {
  /** The work rejects with "interrupted" soon after it aborts. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Called between two pieces of the work. Throws "interrupted" once the signal has aborted. */
export function report({ signal, onProgress }: Watch, stage: string, done: number, total: number): void {
  if (signal?.aborted) throw new BetalabError("interrupted", `stopped while ${stage}`);
  onProgress?.({ stage, done, total });
}

/** `total` things in pieces of `size`: where each begins and how many it has; says where it is, before each and at the end. */
export function* inPieces(watch: Watch, stage: string, total: number, size: number) {
  for (let start = 0; start < total; start += size) {
    report(watch, stage, start, total);
    yield { start, count: Math.min(size, total - start) };
  }
  report(watch, stage, total, total);
}

/** Milliseconds that work may go on before timers, signals and other requests get their turn. */
const TURN = 30;
let turned = Number.NEGATIVE_INFINITY;

/** Awaited between two pieces of synchronous work: without it nothing could tell the work to stop. */
export async function breathe(): Promise<void> {
  if (performance.now() - turned < TURN) return;
  // Node's next turn is at once; in a page, which has no `setImmediate`, up to 4 ms later.
  const soon: (turn: () => void) => void = globalThis.setImmediate ?? setTimeout;
  await new Promise<void>((resolve) => soon(resolve));
  turned = performance.now();
}

/** The same where the work may be stopped there: throws "interrupted" once the signal has aborted. */
export async function pause({ signal }: Pick<Watch, "signal">, stage: string): Promise<void> {
  await breathe();
  if (signal?.aborted) throw new BetalabError("interrupted", `stopped while ${stage}`);
}
