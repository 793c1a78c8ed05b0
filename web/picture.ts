/** Pictures that a person brings, as the model takes them: cropped around the centre to its proportions, and resized. */

import type { ImageShape } from "../src/models/index.ts";

/** More than any picture that is meant; a bitmap of it takes 400 MB. */
const MOST_PIXELS = 1e8;

/**
 * Uint8 `[height, width, channel]` of a file. Throws an Error whose message names the file and says why it is no
 * picture that can be used.
 */
export async function readPicture(
  file: Blob,
  shape: ImageShape,
  name: string = file instanceof File ? file.name : "the picture",
): Promise<Uint8Array> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new Error(`${name} is not a picture that this browser can read (PNG, JPEG, WebP, GIF, BMP are)`);
  }
  try {
    if (bitmap.width * bitmap.height > MOST_PIXELS)
      throw new Error(
        `${name} has ${bitmap.width} × ${bitmap.height} pixels: more than fit into memory here`,
      );
    return pixelsOf(bitmap, bitmap.width, bitmap.height, shape);
  } finally {
    bitmap.close();
  }
}

/** As Node's reader makes it: the luminance of light, back on sRGB's curve. */
function grey(r: number, g: number, b: number): number {
  if (r === g && g === b) return r;
  const light = (byte: number): number => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const sum = 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  return Math.round(255 * (sum <= 0.0031308 ? 12.92 * sum : 1.055 * sum ** (1 / 2.4) - 0.055));
}

/** The same of anything that a canvas draws. */
export function pixelsOf(
  source: CanvasImageSource,
  fromWidth: number,
  fromHeight: number,
  shape: ImageShape,
): Uint8Array {
  const { height, width, channels } = shape;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "high";
  const scale = Math.min(fromWidth / width, fromHeight / height);
  const [w, h] = [width * scale, height * scale];
  context.drawImage(source, (fromWidth - w) / 2, (fromHeight - h) / 2, w, h, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
    if (channels === 1) pixels[i] = grey(r, g, b);
    else pixels.set([r, g, b], 3 * i);
  }
  return pixels;
}
