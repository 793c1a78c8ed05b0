/** The Node door of the data room: everything of `index.ts`, sources on disk, the packed cache, downloads. */

export { cacheDirectory, type DataContext, type DataProgress } from "./context.ts";
export { type Download, type DownloadFile, downloads } from "./downloads.ts";
export { type FetchedFile, type FetchOptions, type FetchResult, fetchDataset } from "./fetch.ts";
export { decodePicture } from "./folder/picture.ts";
export * from "./index.ts";
export {
  type Inspection,
  inspectDataset,
  measurePixels,
  type PixelStatistics,
  type SplitInspection,
} from "./inspect.ts";
export { listSources, type SourceListing } from "./list.ts";
export { type MadeDataset, makeDataset, procedures } from "./make.ts";
export { openDataset, parseDataConfig } from "./open.ts";
export { heldOutOption, pathOption, sharedOptions, sizeOption } from "./options.ts";
export { type DataConfig, type DataConfigInput, dataConfigSchema, sources } from "./sources/index.ts";
export { defineSource, type Source, type SourceData } from "./sources/source.ts";
