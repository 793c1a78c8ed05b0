import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { paintCaptions } from "../captions.ts";
import type { ImageStack, Raster } from "../raster.ts";
import { gridFrames } from "./frames.ts";
import { encodeGif } from "./gif.ts";

/** What a viewer shows at each frame: RGB. */
async function decode(bytes: Uint8Array) {
  const { pages, delay, loop, width, pageHeight } = await sharp(bytes, { pages: -1 }).metadata();
  const { data } = await sharp(bytes, { pages: -1 })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = width! * (pageHeight ?? data.length / (3 * width!)) * 3;
  const frames = Array.from({ length: pages ?? 1 }, (_, i) => data.subarray(i * size, (i + 1) * size));
  return { frames, delay, loop, width, height: pageHeight };
}

const solid = (
  width: number,
  height: number,
  paint: (x: number, y: number) => [number, number, number],
): Raster => {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) pixels.set(paint(i % width, Math.floor(i / width)), 3 * i);
  return { width, height, pixels };
};
const grey = (value: number): [number, number, number] => [value, value, value];

describe("encodeGif", () => {
  it("repeats for ever with even timing, black stays black and white white", async () => {
    // A white column that moves over black.
    const frames = [0, 1, 2, 3].map((at) => solid(4, 3, (x) => grey(x === at ? 255 : 0)));
    const { frames: shown, delay, loop, width, height } = await decode(await encodeGif(frames));
    expect([shown.length, delay, loop, width, height]).toEqual([4, [80, 80, 80, 80], 0, 4, 3]);
    shown.forEach((pixels, i) => {
      expect([...pixels]).toEqual([...frames[i]!.pixels]);
    });
  });

  it("keeps 31 greys, give or take one", async () => {
    const frames = [solid(256, 1, (x) => grey(x)), solid(256, 1, (x) => grey(255 - x))];
    const { frames: shown } = await decode(
      await encodeGif(frames, { milliseconds: 50, lastMilliseconds: 1000 }),
    );
    shown.forEach((pixels, i) => {
      pixels.forEach((value, at) => {
        expect(Math.abs(value - frames[i]!.pixels[at]!)).toBeLessThanOrEqual(13);
      });
    });
  });

  it("keeps colours", async () => {
    const colors: [number, number, number][] = [
      [213, 94, 0],
      [0, 114, 178],
      [255, 255, 255],
      [0, 158, 115],
    ];
    const frames = [0, 1, 2].map((shift) => solid(8, 8, (x, y) => colors[(x + y + shift) % 4]!));
    const { frames: shown } = await decode(await encodeGif(frames));
    shown.forEach((pixels, i) => {
      pixels.forEach((value, at) => {
        expect(Math.abs(value - frames[i]!.pixels[at]!)).toBeLessThanOrEqual(8);
      });
    });
  });

  it("doesn't write again what stays", async () => {
    const noise = (seed: number) => (x: number, y: number) => grey((x * 7919 + y * 104729 + seed * 31) % 251);
    const still = solid(64, 64, noise(1));
    const moving = [1, 2, 3, 4, 5].map((seed) => solid(64, 64, noise(seed)));
    const same = await encodeGif([still, still, still, still, still]);
    expect(same.length).toBeLessThan(0.35 * (await encodeGif(moving)).length);
  });

  it("refuses frames that don't fit together", async () => {
    const error = await failure("shape", () =>
      encodeGif([solid(2, 2, () => grey(0)), solid(3, 2, () => grey(0))]),
    );
    expect(error.message).toBe("animation: a frame of 3×2 among frames of 2×2");
    expect((await failure("shape", () => encodeGif([]))).message).toBe("animation: no frames");
    const wide = await failure("shape", () => encodeGif([solid(2 ** 16, 1, () => grey(0))]));
    expect(wide.message).toContain("frames of 65536×1 pixels, where a GIF has 65535 at most");
  });
});

describe("gridFrames", () => {
  const images: ImageStack = {
    count: 6,
    height: 4,
    width: 4,
    channels: 1,
    pixels: Uint8Array.from({ length: 6 * 16 }, (_, i) => 40 * Math.floor(i / 16)),
  };
  const titles = ["a: −3.00", "a: +0.00", "a: +3.00"];

  it("shows the images of each moment under its title, all frames of one size", async () => {
    const frames = gridFrames(
      [
        { images, titles },
        { images, titles: titles.map((title) => title.replace("a", "b")) },
      ],
      {
        imageColumns: 2,
        columns: 2,
        targetWidth: 10,
      },
    );
    expect(frames.map(({ captions }) => captions.map(({ text }) => text))).toEqual([
      ["a: −3.00", "b: −3.00"],
      ["a: +0.00", "b: +0.00"],
      ["a: +3.00", "b: +3.00"],
    ]);
    expect(new Set(frames.map(({ raster }) => `${raster.width}×${raster.height}`)).size).toBe(1);
    // The first image of the second moment is the third of the stack.
    const [{ raster }] = frames.slice(1) as [(typeof frames)[number]];
    const middle = raster.pixels.filter((value) => value === 80).length;
    expect(middle).toBe(2 * 16 * 3);
    const { frames: shown } = await decode(await encodeGif(frames.map(paintCaptions)));
    expect(shown).toHaveLength(3);
  });
});
