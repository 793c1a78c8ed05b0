/**
 * The Node door of the data room: everything of `index.ts`, sources on disk, the packed cache, downloads. Each function takes the list of sources
 * that it knows; default: those that ship.
 */

import type { DataContext } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { listSources as listFrom, type SourceListing } from "./list.ts";
import { openDataset as openFrom } from "./open.ts";
import type { DataInput } from "./section.ts";
import type { Source } from "./source.ts";
import { type DataConfigInput, sources as shipped } from "./sources/index.ts";
import { orTfrecord } from "./tfrecord.ts";

export {
  type FetchedFile,
  type FetchOptions,
  type FetchResult,
  type FileSize,
  fetchDataset,
  fetchResult,
} from "./fetch.ts";
export { decodePicture } from "./folder/picture.ts";
export { encodeNpyHeader } from "./formats/npy.ts";
export { readPytorch } from "./formats/pytorch.ts";
export * from "./index.ts";
export {
  type Inspection,
  inspectDataset,
  inspection,
  measurePixels,
  type PixelStatistics,
  type SplitInspection,
} from "./inspect.ts";
export { type MadeDataset, madeDataset, makeDataset } from "./make.ts";
export { type DataConfigInput, sources } from "./sources/index.ts";
export { cacheDirectory } from "./store/place.ts";

/** See `openDataset` in `open.ts`. */
export async function openDataset(
  config: DataConfigInput | DataInput,
  context: DataContext = {},
  sources: readonly Source[] = shipped,
): Promise<Dataset> {
  return openFrom(config, context, sources).catch(orTfrecord(config, context));
}

/** See `listSources` in `list.ts`. */
export function listSources(
  context: DataContext = {},
  sources: readonly Source[] = shipped,
): SourceListing[] {
  return listFrom(context, sources);
}
