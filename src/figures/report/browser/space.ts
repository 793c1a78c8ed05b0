/** The embedded points, decoded once: their latents, their places on each map, and their pictures. */

import { decodeFloats, type Live, type LiveMap } from "../live.ts";
import { element } from "./dom.ts";

export interface PlacedMap extends LiveMap {
  /** `[points, 2]`. */
  readonly places: Float32Array;
}

export class Space {
  readonly live: Live;
  readonly latentDim: number;
  readonly maps: readonly PlacedMap[];
  readonly #means: Float32Array;
  readonly #pictures = element<HTMLImageElement>("pictures");

  constructor(live: Live) {
    this.live = live;
    this.latentDim = live.latents.length;
    this.#means = decodeFloats(live.points.means);
    this.maps = live.maps.map((map) => ({ ...map, places: decodeFloats(map.coordinates) }));
  }

  get means(): Float32Array {
    return this.#means;
  }

  latent(point: number): Float32Array {
    return this.#means.slice(point * this.latentDim, (point + 1) * this.latentDim);
  }

  /** "label 7", or the values of all factors where there is no label; empty for data that nothing is known of. */
  describe(point: number): string {
    const { colorings } = this.live;
    const label = colorings.find(({ ordered }) => !ordered);
    return (label ? [label] : colorings)
      .map(({ name, names, values }) => `${name} ${names[values[point]!]}`)
      .join(", ");
  }

  hasPicture(point: number): boolean {
    return point < this.live.pictures.count;
  }

  /** Draws the point's own picture. */
  async drawPicture(canvas: HTMLCanvasElement, point: number): Promise<void> {
    if (!this.#pictures.complete) await this.#pictures.decode();
    const { height, width } = this.live.image;
    const { columns } = this.live.pictures;
    const [left, top] = [(point % columns) * width, Math.floor(point / columns) * height];
    canvas.getContext("2d")!.drawImage(this.#pictures, left, top, width, height, 0, 0, width, height);
  }
}
