/** Where a job runs: the device, the data's and the cache's folders, how to stop it, whom to tell of slow preparations. */

import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { OnProgress } from "../base/progress.ts";
import type { Registries } from "../config/index.ts";
import { cacheDirectory, type DataContext } from "../data/node.ts";
import type { Device } from "../runtime/index.ts";

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
  /** What models are computed on; default: `BETALAB_DEVICE`, or the CPU. */
  readonly device?: Device | undefined;
  /** Where a config's names are looked up. Default: what is shipped. */
  readonly registries?: Registries | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** What of it opening a model takes. */
export type ModelPlace = Pick<Place, "registries" | "device">;

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

/**
 * Where a run's data is now: where it was, or what of that path lies below `BETALAB_DATA`, for data that moved with its
 * root or a run that came from another machine.
 */
export function recordedPlace(
  recorded: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  if (recorded === undefined) return undefined;
  const root = environment.BETALAB_DATA;
  if (!root || existsSync(recorded)) return recorded;
  const parts = recorded.split(/[/\\]/).filter((part) => part !== "");
  const below = parts.map((_, skipped) => join(root, ...parts.slice(skipped)));
  const itself = basename(root) === parts.at(-1) ? [root] : [];
  return [...below, ...itself].find((path) => existsSync(path)) ?? recorded;
}
