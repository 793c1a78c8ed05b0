/** The figures' door for Node: everything of `index.ts`, and PNG bytes. */
export { encodeGif, type GifOptions } from "./animation/gif.ts";
export { paintCaptions, paintFrames } from "./captions.ts";
export { fontFiles } from "./fonts.ts";
export * from "./index.ts";
export { encodePng, svgToPng } from "./png.ts";
