/** Pictures and SVG to PNG bytes. Node only: resvg draws vectors and text; sharp encodes, loaded with the first picture. */
import { paintCaptions } from "./captions.ts";
import type { Picture } from "./raster.ts";
import { renderSvg } from "./render.ts";

/** A picture as PNG, 8 bits a channel, no transparency. */
export async function encodePng(picture: Picture): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const { width, height, pixels } = paintCaptions(picture);
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  // A buffer of sharp's may be a view of a shared pool: the copy is what the caller keeps.
  return new Uint8Array(await image.png({ compressionLevel: 9 }).toBuffer());
}

/** An SVG document as PNG with transparency where nothing is drawn; `scale` 2 doubles the resolution. */
export function svgToPng(svg: string, scale = 1): Uint8Array {
  return new Uint8Array(renderSvg(svg, scale).asPng());
}
