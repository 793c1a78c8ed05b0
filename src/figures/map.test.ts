import { expect, test } from "vitest";
import { textWidth } from "./charts/text.ts";
import { imageMap } from "./map.ts";
import { blankRaster } from "./raster.ts";

test("the names of many classes are all on an image map, in as many lines as they need", () => {
  const names = Array.from({ length: 30 }, (_, i) => `class number ${i}`);
  const count = 60;
  const images = { count, height: 4, width: 4, channels: 1, pixels: new Uint8Array(16 * count) } as const;
  const places = Array.from({ length: 2 * count }, (_, i) => Math.sin(i * i));
  const values = Array.from({ length: count }, (_, i) => i % 30);
  const { raster, captions } = imageMap(images, places, { size: 400, categories: { names, values } });
  expect(captions.map(({ text }) => text)).toEqual(names);
  const lines = new Set(captions.map(({ y }) => y)).size;
  expect(lines).toBeGreaterThan(5);
  expect(raster.height).toBe(400 + 32 + 4 + 22 * lines);
  for (const { text, x } of captions) expect(x + textWidth(text, 16)).toBeLessThanOrEqual(raster.width);
});

test("a picture of more pixels than can be encoded is refused before it is made", () => {
  expect(() => blankRaster(20_000, 20_000, "#ffffff")).toThrow(
    "a picture of 20000×20000 pixels is too large: it may have 268402689",
  );
});
