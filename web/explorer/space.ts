/** The embedded points: their latents, their places on each map, and their pictures. */

import { decodeBase64 } from "../../src/base/base64.ts";
import type { Live, LiveMap } from "../../src/pages/index.ts";

export interface PlacedMap extends Pick<LiveMap, "name" | "note" | "linear"> {
  /** `[points, 2]`. */
  readonly places: Float32Array;
}

export interface Space extends Pick<Live, "name" | "image" | "classes" | "latents" | "colorings"> {
  readonly count: number;
  /** Posterior means, `[points, latent]`. */
  readonly means: Float32Array;
  /** Of each point, for a conditional model. */
  readonly pointClasses?: readonly number[] | undefined;
  readonly maps: readonly PlacedMap[];
  /** Of a learned prior: medians `[latent]`, and draws `[draws, latent]`. */
  readonly prior?: { readonly middle: Float32Array; readonly draws: Float32Array } | undefined;
  /** The first points have pictures. */
  readonly pictureCount: number;
  /** Draws the point's own picture. */
  drawPicture(canvas: HTMLCanvasElement, point: number): Promise<void>;
}

/** @param pictures the points' pictures in one, `live.pictures.columns` in a row */
export function embeddedSpace(live: Live, pictures: HTMLImageElement): Space {
  const { points, image } = live;
  return {
    ...live,
    count: points.count,
    means: floats(points.means),
    pointClasses: points.classes,
    prior: live.prior && { middle: Float32Array.from(live.prior.middle), draws: floats(live.prior.draws) },
    maps: live.maps.map((map) => ({ ...map, places: floats(map.coordinates) })),
    pictureCount: live.pictures.count,
    async drawPicture(canvas, point) {
      if (!pictures.complete) await pictures.decode();
      const { height, width } = image;
      const [left, top] = [point % live.pictures.columns, Math.floor(point / live.pictures.columns)];
      const context = canvas.getContext("2d")!;
      context.drawImage(pictures, left * width, top * height, width, height, 0, 0, width, height);
    },
  };
}

export function latentOf({ means, latents }: Space, point: number): Float32Array {
  return means.slice(point * latents.length, (point + 1) * latents.length);
}

/** "label 7", or the values of all factors where there is no label; empty for data without either. */
export function describe({ colorings }: Space, point: number): string {
  const label = colorings.find(({ name }) => name === "label");
  return (label ? [label] : colorings)
    .map(({ name, names, values }) => `${name} ${names[values[point]!]}`)
    .join(", ");
}

/** Float32 from base64, little-endian as on every machine that runs a browser. */
function floats(base64: string): Float32Array {
  return new Float32Array(decodeBase64(base64).buffer);
}
