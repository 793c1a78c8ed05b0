/** The embedded points, decoded once: their latents, their places on each map, and their pictures. */

import { decodeBase64 } from "../../src/base/base64.ts";
import type { Live, LiveMap } from "../../src/pages/index.ts";
import { element } from "../dom.ts";

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
    this.#means = floats(live.points.means);
    this.maps = live.maps.map((map) => ({ ...map, places: floats(map.coordinates) }));
  }

  get means(): Float32Array {
    return this.#means;
  }

  latent(point: number): Float32Array {
    return this.#means.slice(point * this.latentDim, (point + 1) * this.latentDim);
  }

  /** "label 7", or the values of all factors where there is no label; empty for data without either. */
  describe(point: number): string {
    const { colorings } = this.live;
    const label = colorings.find(({ name }) => name === "label");
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

/** Float32 from base64, little-endian as on every machine that runs a browser. */
function floats(base64: string): Float32Array {
  return new Float32Array(decodeBase64(base64).buffer);
}
