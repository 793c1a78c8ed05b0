/** A map of the latent space whose points are the images themselves. */
import { equalScale } from "./charts/scales.ts";
import { blankRaster, checkStack, type ImageStack, type Picture, paintImage } from "./raster.ts";
import { fontSize, light, spacing, type Theme } from "./theme.ts";

export interface ImageMapOptions {
  readonly title?: string | undefined;
  /** Under the title: what the axes are. */
  readonly subtitle?: string | undefined;
  /** Width and height of the map in pixels. Default 1100. */
  readonly size?: number | undefined;
  /** Longest side of an image on the map; larger ones are averaged down by a whole factor. Default 28. */
  readonly imageSize?: number | undefined;
  /** Default light. */
  readonly theme?: Theme | undefined;
}

/**
 * Paints every image with its centre at its point; later ones lie over earlier ones.
 *
 * @param map `[count, 2]`, x to the right and y upwards
 */
export function imageMap(images: ImageStack, map: ArrayLike<number>, options: ImageMapOptions = {}): Picture {
  const { title, subtitle, size = 1100, imageSize = 28, theme = light } = options;
  checkStack(images);
  const small = shrink(images, Math.ceil(Math.max(images.height, images.width) / imageSize));
  const { margin } = spacing;
  const header = (title === undefined ? 0 : 30) + (subtitle === undefined ? 0 : 22);
  const raster = blankRaster(size + 2 * margin, size + 2 * margin + header, theme.background);
  const axis = (which: 0 | 1): number[] =>
    Array.from({ length: images.count }, (_, i) => map[2 * i + which]!);
  const [width, height] = [size - small.width, size - small.height];
  const { x, y } = equalScale({ x: axis(0), y: axis(1) }, width, height);
  for (let i = 0; i < images.count; i++) {
    const left = margin + ((map[2 * i]! - x[0]) / (x[1] - x[0])) * width;
    const top = margin + header + (1 - (map[2 * i + 1]! - y[0]) / (y[1] - y[0])) * height;
    paintImage(raster, small, i, Math.round(left), Math.round(top), 1);
  }
  const line = { x: margin, anchor: "start" } as const;
  const captions = [
    ...(title === undefined
      ? []
      : [
          {
            ...line,
            text: title,
            y: margin + 17,
            size: fontSize.title,
            weight: 600 as const,
            color: theme.ink,
          },
        ]),
    ...(subtitle === undefined
      ? []
      : [
          {
            ...line,
            text: subtitle,
            y: margin + header - 10,
            size: fontSize.body,
            weight: 400 as const,
            color: theme.muted,
          },
        ]),
  ];
  return { raster, captions };
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
