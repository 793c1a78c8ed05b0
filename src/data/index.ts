/**
 * The pure door of the data room: what runs in a page as well. Sources on disk, the cache and downloads are
 * behind `node.ts`.
 */

export { Batcher, type BatcherOptions, batchesPerEpoch } from "./batches.ts";
export { type Binarization, binarizeImages } from "./binarize.ts";
export { isBinary } from "./binary.ts";
export type { Dataset, Factor, Factors, Images, Labels, Split, SplitName } from "./dataset.ts";
export { type FactorTable, factorsFromTable, isComplete } from "./factors.ts";
export {
  type ImageArray,
  type ImagesShape,
  imageBytes,
  joinImages,
  memoryImages,
  padImages,
  selectImages,
  takeImages,
} from "./images.ts";
export { digits, digitsOptions } from "./procedural/digits.ts";
export { sprites, spritesOptions } from "./procedural/sprites.ts";
export { divide, joinSplits, selectSplit, takeFirst } from "./split.ts";
export { randomIndices, randomSubset, type Subset, type SubsetOptions } from "./subset.ts";
