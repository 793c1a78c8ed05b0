/**
 * Errors as data. Every failure a person can meet carries a stable `code`, a message that names the wrong
 * value, and a hint that says what to do. The command line prints them and derives the exit status; a
 * library user reads `code`. Broken invariants of our own are plain `Error`s that start with "internal:".
 */

/** What went wrong, in the words that scripts rely on. */
export type ErrorCode =
  | "usage" // the command line itself is wrong
  | "config" // an unknown key, a value out of range
  | "data" // a file or folder that can't be used
  | "run" // a run directory that can't be used
  | "device" // a device that is not there
  | "shape" // a graph that doesn't fit together
  | "diverged" // training produced a non-finite number
  | "disk" // the disk is full or not writable
  | "network" // a download that failed
  | "interrupted"; // the user stopped it

/** Exit status of the process for each code: 1 failed, 2 usage, 3 bad data or config, 130 interrupted. */
export const exitStatus: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  config: 3,
  data: 3,
  run: 3,
  device: 1,
  shape: 3,
  diverged: 1,
  disk: 1,
  network: 1,
  interrupted: 130,
};

export class BetalabError extends Error {
  override readonly name = "BetalabError";
  readonly code: ErrorCode;
  /** What to do about it, one sentence; absent where the message already says it. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * The candidate nearest to `word` by edit distance, for "did you mean"; `undefined` when none is close
 * (more than a third of the letters differ, and it is no prefix either).
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const close = distance <= Math.max(1, Math.ceil(Math.max(word.length, candidate.length) / 3));
    const prefix = word.length >= 3 && candidate.toLowerCase().startsWith(word.toLowerCase());
    if ((close || prefix) && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `"did you mean x?"` for the nearest candidate, otherwise the list of what there is. */
export function suggest(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? `choose one of: ${candidates.join(", ")}` : `did you mean "${near}"?`;
}

/** Damerau–Levenshtein distance (optimal string alignment): swapped neighbours count as one slip. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => {
    const row = new Array<number>(b.length + 1).fill(0);
    row[0] = i;
    return row;
  });
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, rows[i - 2]![j - 2]! + 1);
      }
      rows[i]![j] = distance;
    }
  }
  return rows[a.length]![b.length]!;
}

/** What anything that was thrown says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
