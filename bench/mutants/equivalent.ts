/**
 * Mutations that were looked at and that no test can notice, or that none should. They still count as survivors in
 * the share that is killed; the list saves looking at them again.
 */

interface Change {
  readonly file: string;
  /** As `npm run mutants` prints it: `before → after`. */
  readonly change: string;
}

const list: readonly (Change & { readonly reason: string })[] = [];

/** Why a mutation is let through; undefined for one that should be noticed. */
export function reviewed({ file, change }: Change): string | undefined {
  return list.find((known) => known.file === file && known.change === change)?.reason;
}
