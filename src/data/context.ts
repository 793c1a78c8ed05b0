/** What a source is given besides its options: where data may lie, how to be stopped and how to tell of progress. Pure. */

import { BetalabError } from "../base/errors.ts";
import type { Watch } from "../base/progress.ts";

export interface DataContext extends Watch {
  /** A folder, or a file where a source reads one file, for sets whose `data.path` is not set. */
  readonly dataDirectory?: string | undefined;
  /** True where a person named `dataDirectory` for this call: it then outranks `data.path`. */
  readonly explicit?: boolean | undefined;
  /** Default: `BETALAB_CACHE`, or the system's folder for caches. */
  readonly cacheDirectory?: string | undefined;
  /** Bytes of pixels above which a set is read from the packed cache and not held in memory; default 256 MiB. */
  readonly memoryLimit?: number | undefined;
}

export const defaultMemoryLimit = 256 * 2 ** 20;

/** Throws `interrupted` once the user stopped it. */
export function checkInterrupted({ signal }: Watch): void {
  if (signal?.aborted) throw new BetalabError("interrupted", "stopped while preparing the data");
}
