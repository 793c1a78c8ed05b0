/** A data source from arrays in memory: soft discs, one for every combination of place and radius. */

import { arrays, source } from "betalab/data";
import { z } from "zod";

const SIZE = 16;

/**
 * Float images in [0, 1] and the factors that they were made from, one row for each image.
 *
 * @param {number} places
 */
export function drawDiscs(places) {
  const images = [];
  const factors = [];
  for (let x = 0; x < places; x++) {
    for (let y = 0; y < places; y++) {
      for (const radius of [2, 3, 4]) {
        const [left, top] = [x, y].map((at) => 4 + (8 * at) / (places - 1));
        for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
          const distance = Math.hypot((pixel % SIZE) - left, Math.floor(pixel / SIZE) - top);
          images.push(Math.min(1, Math.max(0, radius + 0.5 - distance)));
        }
        factors.push(x, y, radius);
      }
    }
  }
  return { images: Float32Array.from(images), factors, count: factors.length / 3 };
}

export const discs = source({
  name: "discs",
  summary: "drawn here: soft discs by place and radius, a complete grid of factors",
  options: z.strictObject({
    places: z.int().min(2).default(8).describe("positions along each axis"),
  }),
  async open({ places }) {
    const { images, factors, count } = drawDiscs(places);
    const { train, heldOut, ...data } = arrays({
      name: "discs",
      images,
      shape: [count, SIZE, SIZE],
      range: [0, 1],
      factors: { names: ["x", "y", "radius"], values: factors },
    });
    return { ...data, sets: { train, heldOut } };
  },
});
