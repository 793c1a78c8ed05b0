/**
 * SVG to pixels, with the shipped font and no other, so that they don't depend on what is installed; only a script that it lacks
 * (a folder named 猫) is drawn with the machine's fonts, where there would be nothing. The renderer is native code, loaded with the
 * first picture: a training draws none before its first epoch is over.
 */
import { createRequire } from "node:module";
import type * as resvg from "@resvg/resvg-js";
import { fontFiles } from "./fonts.ts";
import { fontFamily } from "./theme.ts";

const elsewhere =
  /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Common}\p{Script=Inherited}]|\p{Extended_Pictographic}/u;
const require = createRequire(import.meta.url);

/** `scale` 2 doubles the resolution. */
export function renderSvg(svg: string, scale = 1): resvg.RenderedImage {
  const { Resvg } = require("@resvg/resvg-js") as typeof resvg;
  const font = {
    fontFiles: fontFiles(),
    loadSystemFonts: elsewhere.test(svg),
    defaultFontFamily: fontFamily,
  };
  return new Resvg(svg, { font, fitTo: { mode: "zoom", value: scale } }).render();
}
