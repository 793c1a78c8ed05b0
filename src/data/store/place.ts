/** Where the cache and what was downloaded lie. */

import { homedir } from "node:os";
import { join } from "node:path";
import type { DataContext } from "../context.ts";

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

export function cacheOf(context: Pick<DataContext, "cacheDirectory">): string {
  return context.cacheDirectory ?? cacheDirectory();
}

/** Where `fetch` puts a set, and where its source looks for it last. */
export function downloadDirectory(context: Pick<DataContext, "cacheDirectory">, name: string): string {
  return join(cacheOf(context), "datasets", name);
}
