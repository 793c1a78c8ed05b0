/** The door of the figures, for Node and the page alike: pictures as pixels and captions. PNG is in `node.ts`. */
export {
  type Block,
  type Cell,
  composeCells,
  composeGrid,
  enlargement,
  type GridOptions,
  layoutBlocks,
} from "./grid.ts";
export { type ImageFigureOptions, reconstructionGrid, reconstructionPair, sampleGrid } from "./images.ts";
export type { Caption, ImageStack, Picture, Raster } from "./raster.ts";
export {
  type ColorScale,
  colorAt,
  dark,
  diverging,
  fontFamily,
  fontSize,
  light,
  rgb,
  sequential,
  spacing,
  type Theme,
  themes,
} from "./theme.ts";
