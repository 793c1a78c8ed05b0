/** A map of the latent space whose points are the images themselves. */
import { mean } from "../base/statistics.ts";
import { categoricalColor, equalScale } from "./charts/scales.ts";
import type { Categories } from "./charts/scatter.ts";
import { textWidth } from "./charts/text.ts";
import {
  blankRaster,
  type Caption,
  checkStack,
  type ImageStack,
  type Picture,
  paintImage,
  type Raster,
} from "./raster.ts";
import { dark, fontSize, light, rgb, spacing } from "./theme.ts";

export interface ImageMapOptions {
  readonly title?: string | undefined;
  /** Under the title: what the axes are. */
  readonly subtitle?: string | undefined;
  /** Tints grey images by class, with the names above the map. Default: no tint. */
  readonly categories?: Categories | undefined;
  /** Width and height of the map in pixels. Default 1100. */
  readonly size?: number | undefined;
  /**
   * Longest side of an image on the map; larger ones are averaged down by a whole factor. Default 28, up to 96 where
   * there are few.
   */
  readonly imageSize?: number | undefined;
}

/**
 * Paints every image with its centre at its point. Grey images on black (digits, sprites) shine through each other on
 * a black map, in the colour of their class; others lie over each other on white.
 *
 * @param map `[count, 2]`, x to the right and y upwards
 */
export function imageMap(images: ImageStack, map: ArrayLike<number>, options: ImageMapOptions = {}): Picture {
  const { title, subtitle, categories, size = 1100 } = options;
  const room = Math.round(size / (2 * Math.sqrt(images.count)));
  const imageSize = options.imageSize ?? Math.max(28, Math.min(96, room));
  checkStack(images);
  const small = shrink(images, Math.ceil(Math.max(images.height, images.width) / imageSize));
  const shining = images.channels === 1 && mean(images.pixels) < 96;
  const theme = shining ? dark : light;
  const names = shining ? (categories?.names ?? []) : [];
  const { margin } = spacing;
  const legend = placesOf(names, size);
  const lines = legend.length === 0 ? 0 : legend.at(-1)!.line + 1;
  const header =
    (title === undefined ? 0 : 30) + (subtitle === undefined ? 0 : 22) + (lines === 0 ? 0 : 4 + 22 * lines);
  const background = shining ? "#000000" : theme.background;
  const raster = blankRaster(size + 2 * margin, size + 2 * margin + header, background);
  const axis = (which: 0 | 1): number[] =>
    Array.from({ length: images.count }, (_, i) => map[2 * i + which]!);
  const [width, height] = [size - small.width, size - small.height];
  const { x, y } = equalScale({ x: axis(0), y: axis(1) }, width, height);
  for (let i = 0; i < images.count; i++) {
    const left = Math.round(margin + ((map[2 * i]! - x[0]) / (x[1] - x[0])) * width);
    const top = Math.round(margin + header + (1 - (map[2 * i + 1]! - y[0]) / (y[1] - y[0])) * height);
    const tint = categories === undefined ? theme.ink : categoricalColor(theme, categories.values[i]!);
    if (shining) shine(raster, small, i, left, top, rgb(tint));
    else paintImage(raster, small, i, left, top, 1);
  }
  const captions: Caption[] = [];
  let line: number = margin;
  const write = (text: string, size: number, weight: 400 | 600, color: string): void => {
    captions.push({ text, x: margin, y: line + size, anchor: "start", size, weight, color });
  };
  if (title !== undefined) {
    write(title, fontSize.title, 600, theme.ink);
    line += 28;
  }
  if (subtitle !== undefined) {
    write(subtitle, fontSize.body, 400, theme.muted);
    line += 24;
  }
  names.forEach((text, i) => {
    const [color, place] = [categoricalColor(theme, i), legend[i]!];
    const [x, y] = [margin + place.left, line + 16 + 22 * place.line];
    captions.push({ text, x, y, anchor: "start", size: 16, weight: 600, color });
  });
  return { raster, captions };
}

/** Where names stand one after the other, in as many lines as the width asks for. */
function placesOf(names: readonly string[], width: number): { left: number; line: number }[] {
  let [left, line] = [0, 0];
  return names.map((name) => {
    const own = Math.ceil(textWidth(name, 16) * 1.06);
    if (left > 0 && left + own > width) [left, line] = [0, line + 1];
    const place = { left, line };
    left += own + 18;
    return place;
  });
}

/** Adds light: every pixel of the image in the tint, where it is brighter than what is there. */
function shine(
  raster: Raster,
  { height, width, pixels }: ImageStack,
  index: number,
  left: number,
  top: number,
  tint: readonly [number, number, number],
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = pixels[(index * height + y) * width + x]!;
      const at = ((top + y) * raster.width + left + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const light = Math.round((value * tint[channel]!) / 255);
        if (light > raster.pixels[at + channel]!) raster.pixels[at + channel] = light;
      }
    }
  }
}

/** Every `factor`² pixels become their mean; what is left over at the edges is dropped. */
function shrink(images: ImageStack, factor: number): ImageStack {
  if (factor <= 1) return images;
  const { count, channels, pixels } = images;
  const [height, width] = [Math.floor(images.height / factor), Math.floor(images.width / factor)];
  const small = new Uint8Array(count * height * width * channels);
  for (let at = 0; at < small.length; at++) {
    const channel = at % channels;
    const column = Math.floor(at / channels) % width;
    const row = Math.floor(at / (channels * width)) % height;
    const image = Math.floor(at / (channels * width * height));
    let sum = 0;
    for (let dy = 0; dy < factor; dy++) {
      for (let dx = 0; dx < factor; dx++) {
        const y = row * factor + dy;
        const x = column * factor + dx;
        sum += pixels[((image * images.height + y) * images.width + x) * channels + channel]!;
      }
    }
    small[at] = Math.round(sum / (factor * factor));
  }
  return { count, height, width, channels, pixels: small };
}
