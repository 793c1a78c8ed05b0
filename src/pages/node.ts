/** The pages' door for Node: everything of `index.ts`, the files that pages carry, and grids of images as PNG. */

export { pageAssets } from "./assets.ts";
export { pageGrid, pictureSheet } from "./grids.ts";
export * from "./index.ts";
