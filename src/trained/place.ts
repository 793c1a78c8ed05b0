/** Where a job runs: the data's and the cache's folders, how to stop it, whom to tell of slow preparations. */

import { resolve } from "node:path";
import type { OnProgress } from "../base/progress.ts";
import type { Registries } from "../config/index.ts";
import { cacheDirectory, type DataContext } from "../data/node.ts";

export interface Place {
  /** Where data lies, above what a config says of it; default: `BETALAB_DATA`, where a config says nothing. */
  readonly dataDirectory?: string | undefined;
  /** Default: `BETALAB_CACHE`, or the system's folder for caches. */
  readonly cacheDirectory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told while data is decoded or packed. */
  readonly onDataProgress?: OnProgress | undefined;
  /** Told what a person should know of data that is opened. */
  readonly onNote?: ((text: string) => void) | undefined;
  /** Where a config's names are looked up. Default: what is shipped. */
  readonly registries?: Registries | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

export function dataContext(place: Place): DataContext & { readonly cacheDirectory: string } {
  const environment = place.environment ?? process.env;
  const directory = place.dataDirectory ?? environment.BETALAB_DATA;
  return {
    dataDirectory: directory === undefined || directory === "" ? undefined : resolve(directory),
    explicit: place.dataDirectory !== undefined,
    cacheDirectory: place.cacheDirectory ?? cacheDirectory(environment),
    signal: place.signal,
    onProgress: place.onDataProgress,
  };
}
