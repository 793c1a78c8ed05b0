/**
 * Text onto pixels. Node only: resvg draws it. A caption that was drawn before is not drawn
 * again, so the frames of an animation cost no more than their images.
 */
import { escapeMarkup } from "../base/escape.ts";
import { breathe } from "../base/progress.ts";
import { textWidth } from "./charts/text.ts";
import type { Caption, Picture, Raster } from "./raster.ts";
import { renderSvg } from "./render.ts";
import { fontFamily } from "./theme.ts";

/** A drawn text: RGBA with premultiplied colours, its baseline's start at (`left`, `top`). */
interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly pixels: Uint8Array;
}

/** The picture with its captions painted in. */
export function paintCaptions({ raster, captions }: Picture): Raster {
  if (captions.length === 0) return raster;
  const painted = { ...raster, pixels: raster.pixels.slice() };
  for (const caption of captions) {
    // Whole pixels: the same text then looks the same wherever it stands.
    blend(painted, drawn(caption), Math.round(caption.x), Math.round(caption.y));
  }
  return painted;
}

/** The frames of an animation with their captions. */
export async function paintFrames(frames: readonly Picture[]): Promise<Raster[]> {
  const painted: Raster[] = [];
  for (const frame of frames) {
    await breathe();
    painted.push(paintCaptions(frame));
  }
  return painted;
}

const cache = new Map<string, Drawn>();
const CACHE_SIZE = 2000;

function drawn({ text, anchor, size, weight, color }: Caption): Drawn {
  const key = [text, anchor, size, weight, color].join("\n");
  const known = cache.get(key);
  if (known !== undefined) return known;
  // Semibold is a little wider than the regular widths that are known.
  const reach = Math.ceil(textWidth(text, size) * 1.08) + 4;
  const left = { start: 2, middle: Math.ceil(reach / 2), end: reach - 2 }[anchor];
  const top = Math.ceil(size * 1.1);
  const [width, height] = [reach, Math.ceil(size * 1.5)];
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<text x="${left}" y="${top}" text-anchor="${anchor}" font-family="${fontFamily}" font-size="${size}" ` +
    `font-weight="${weight}" fill="${color}">${escapeMarkup(text)}</text></svg>`;
  const pixels = new Uint8Array(renderSvg(svg).pixels);
  const made = { width, height, left, top, pixels };
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(key, made);
  return made;
}

function blend(raster: Raster, { width, height, left, top, pixels }: Drawn, x: number, y: number): void {
  for (let row = 0; row < height; row++) {
    const to = y - top + row;
    if (to < 0 || to >= raster.height) continue;
    for (let column = 0; column < width; column++) {
      const across = x - left + column;
      if (across < 0 || across >= raster.width) continue;
      const from = (row * width + column) * 4;
      const alpha = pixels[from + 3]! / 255;
      if (alpha === 0) continue;
      const at = (to * raster.width + across) * 3;
      for (let channel = 0; channel < 3; channel++) {
        raster.pixels[at + channel] = Math.round(
          pixels[from + channel]! + (1 - alpha) * raster.pixels[at + channel]!,
        );
      }
    }
  }
}
