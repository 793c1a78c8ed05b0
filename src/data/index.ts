/**
 * The pure door of the data room: what runs in a page as well. Sources on disk, the cache and downloads are
 * behind `node.ts`, where the functions that take a list of sources have those that ship as their default.
 */

export { type ArraysInput, arrays } from "./arrays/memory.ts";
export { Batcher, type BatcherOptions, batchesPerEpoch } from "./batches.ts";
export { type Binarization, binarizeImages } from "./binarize.ts";
export { isBinary } from "./binary.ts";
export type { DataContext } from "./context.ts";
export type { Dataset, Factor, FactorKind, Factors, Images, Labels, Split, SplitName } from "./dataset.ts";
export { type FactorColumn, factorsFromColumns, isComplete } from "./factors.ts";
export {
  firstImages,
  type ImageArray,
  type ImagesShape,
  imageBytes,
  joinImages,
  memoryImages,
  padImages,
  selectImages,
  takeImages,
} from "./images.ts";
export { listSources, type SourceListing, sourceListing } from "./list.ts";
export { openDataset } from "./open.ts";
export {
  heldOutOption,
  pathOption,
  rangeOption,
  sharedOptions,
  sizeOption,
  splitOption,
  targetSizeOption,
} from "./options.ts";
export { digits, digitsOptions } from "./procedural/digits.ts";
export { sprites, spritesOptions } from "./procedural/sprites.ts";
export { toPixels, type ValueRange } from "./range.ts";
export { type DataInput, type DataSection, parseSection } from "./section.ts";
export {
  type Download,
  type DownloadFile,
  type Procedure,
  type Source,
  type SourceData,
  source,
} from "./source.ts";
export { digits as digitsSource } from "./sources/digits.ts";
export { sprites as spritesSource } from "./sources/sprites.ts";
export { divide, joinSplits, selectSplit, takeFirst } from "./split.ts";
export { randomIndices, randomSubset, type Subset, type SubsetOptions } from "./subset.ts";
