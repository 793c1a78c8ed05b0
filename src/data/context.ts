/**
 * What a source is given besides its options: where data may lie, where the cache is, how to be stopped and
 * how to tell of progress. And the default place of the cache on each system.
 */

import { homedir } from "node:os";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";

export interface DataProgress {
  /** What is being done, a few words: "decoding pictures", "train-images-idx3-ubyte.gz". */
  readonly stage: string;
  readonly done: number;
  /** 0 when it isn't known. */
  readonly total: number;
}

export interface DataContext {
  /** From `--data` or `BETALAB_DATA`: a folder, or a file where a source reads one file. */
  readonly dataDirectory?: string | undefined;
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  /** Bytes of pixels above which a set is read from the packed cache and not held in memory; default 256 MiB. */
  readonly memoryLimit?: number | undefined;
}

export const defaultMemoryLimit = 256 * 2 ** 20;

/** Throws `interrupted` once the user stopped it. */
export function checkInterrupted(context: Pick<DataContext, "signal">): void {
  if (context.signal?.aborted) throw new BetalabError("interrupted", "stopped while preparing the data");
}

/**
 * Where downloaded sets and packed pixels go: `BETALAB_CACHE`, else `XDG_CACHE_HOME/betalab`, else the
 * system's own place for caches. Nothing is created.
 */
export function cacheDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = env.HOME || env.USERPROFILE || homedir();
  if (env.BETALAB_CACHE) return env.BETALAB_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "betalab");
  if (platform === "darwin") return join(home, "Library", "Caches", "betalab");
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "betalab");
  return join(home, ".cache", "betalab");
}

/** Where `fetch` puts a set, and where its source looks for it last. */
export function downloadDirectory(context: Pick<DataContext, "cacheDirectory">, name: string): string {
  return join(context.cacheDirectory, "datasets", name);
}
