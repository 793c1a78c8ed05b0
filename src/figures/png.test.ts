/**
 * PNG bytes, text included, and the gallery: `docs/pictures` are the reviewed snapshots. After a wanted change,
 * `BETALAB_UPDATE_PICTURES=1 npx vitest run src/figures/png.test.ts` writes them anew; look at them before
 * committing.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Images } from "../data/dataset.ts";
import { digits } from "../data/procedural/digits.ts";
import { sprites } from "../data/procedural/sprites.ts";
import { encodePng, sampleGrid, svgToPng } from "./node.ts";
import { blankRaster, type ImageStack, type Picture } from "./raster.ts";
import { fontFamily } from "./theme.ts";

async function decode(png: Uint8Array): Promise<{ width: number; height: number; pixels: Uint8Array }> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
}

function stack(images: Images, indices: readonly number[]): ImageStack {
  const { height, width, channels } = images;
  const pixels = new Uint8Array(indices.length * height * width * channels);
  images.read(indices, pixels);
  return { count: indices.length, height, width, channels, pixels };
}

/** Pixels that a text leaves on white, and its darkest column's left and right ends. */
async function inkOf(text: string, weight: 400 | 600): Promise<{ ink: number; left: number; right: number }> {
  const raster = blankRaster(200, 40, "#ffffff");
  const caption = { text, x: 100, y: 28, anchor: "middle", size: 20, weight, color: "#000000" } as const;
  const { pixels, width } = await decode(await encodePng({ raster, captions: [caption] }));
  let [ink, left, right] = [0, width, 0];
  for (let i = 0; i < pixels.length / 3; i++) {
    const dark = 255 - pixels[3 * i]!;
    ink += dark / 255;
    if (dark > 60) {
      left = Math.min(left, i % width);
      right = Math.max(right, i % width);
    }
  }
  return { ink, left, right };
}

describe("encodePng", () => {
  it("keeps every pixel, without transparency", async () => {
    const pixels = Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => (i * 37) % 256);
    const png = await encodePng({ raster: { width: 5, height: 3, pixels }, captions: [] });
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(await decode(png)).toEqual({ width: 5, height: 3, pixels });
  });

  it("writes text with the shipped font: centred, semibold heavier, every sign that we use", async () => {
    const regular = await inkOf("Reconstruction", 400);
    expect(regular.ink).toBeGreaterThan(200);
    expect(Math.abs((regular.left + regular.right) / 2 - 99.5)).toBeLessThan(1.5);
    expect((await inkOf("Reconstruction", 600)).ink).toBeGreaterThan(1.15 * regular.ink);
    // A sign that the font lacks is drawn as nothing or as the same empty box as U+0E01.
    const box = (await inkOf("\u0e01", 400)).ink;
    for (const sign of "βσμλγεΣ−×±≤≥²³₀₁∞→·…–%&<>\"'") {
      const { ink } = await inkOf(sign, 400);
      expect([sign, ink > 1 && Math.abs(ink - box) > 0.01]).toEqual([sign, true]);
    }
  });

  it.skipIf(process.platform === "linux" && !existsSync("/usr/share/fonts/truetype/dejavu"))(
    "writes a script that the shipped font lacks with the machine's fonts, in full",
    async () => {
      const { ink, left, right } = await inkOf("Кошка", 400);
      expect(ink).toBeGreaterThan(100);
      expect(Math.abs(left + right - 200)).toBeLessThan(8);
    },
  );

  it("scales vectors", async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><text font-family="${fontFamily}" y="15">β</text></svg>`;
    const { width, height } = await decode(svgToPng(svg, 2));
    expect([width, height]).toEqual([60, 40]);
  });
});

describe("the gallery", () => {
  const first = Array.from({ length: 96 }, (_, i) => i);
  const pictures: Record<string, () => Picture> = {
    digits: () => sampleGrid(stack(digits().images, first), { columns: 16, targetWidth: 960 }),
    sprites: () => {
      const { images } = sprites();
      const spread = first.slice(0, 60).map((i) => (i * 7919) % images.count);
      return sampleGrid(stack(images, spread), { columns: 12, targetWidth: 812 });
    },
  };

  for (const [name, make] of Object.entries(pictures)) {
    it(name, async () => {
      const file = new URL(`../../docs/pictures/${name}.png`, import.meta.url);
      const png = await encodePng(make());
      if (process.env.BETALAB_UPDATE_PICTURES === "1") await writeFile(file, png);
      expect(png.length).toBeLessThan(100_000);
      const [now, reviewed] = [await decode(png), await decode(await readFile(file))];
      expect([now.width, now.height]).toEqual([reviewed.width, reviewed.height]);
      // Not toEqual on the pixels: a million numbers take it seconds, and its message would be as long.
      expect(Buffer.compare(now.pixels, reviewed.pixels)).toBe(0);
    });
  }
});
