import { describe, expect, it } from "vitest";
import { BetalabError } from "../base/errors.ts";
import { composeCells, composeGrid, enlargement, evenColumns, layoutBlocks } from "./grid.ts";
import { reconstructionGrid, reconstructionPair, sampleGrid } from "./images.ts";
import { blankRaster, type ImageStack, type Raster } from "./raster.ts";
import { dark, light } from "./theme.ts";
import { titled, titleHeight } from "./titled.ts";

/** Grey images of one pixel value each: image i is filled with `values[i]`. */
function flat(values: readonly number[], height = 2, width = 3): ImageStack {
  const size = height * width;
  const pixels = Uint8Array.from({ length: values.length * size }, (_, at) => values[Math.floor(at / size)]!);
  return { count: values.length, height, width, channels: 1, pixels };
}

const at = (raster: Raster, x: number, y: number): number[] => [
  ...raster.pixels.subarray((y * raster.width + x) * 3, (y * raster.width + x) * 3 + 3),
];

/** The first channel of one row, for rasters that are grey. */
const row = (raster: Raster, y: number): number[] =>
  Array.from({ length: raster.width }, (_, x) => at(raster, x, y)[0]!);

describe("composeGrid", () => {
  it("places images with gaps and enlarges each pixel to a square", () => {
    const images: ImageStack = {
      count: 3,
      height: 1,
      width: 2,
      channels: 1,
      pixels: Uint8Array.of(10, 20, 30, 40, 50, 60),
    };
    const raster = composeGrid(images, { columns: 2, gap: 1, scale: 2, background: "#070707" });
    expect([raster.width, raster.height]).toEqual([9, 5]);
    expect(row(raster, 0)).toEqual([10, 10, 20, 20, 7, 30, 30, 40, 40]);
    expect(row(raster, 1)).toEqual(row(raster, 0));
    expect(row(raster, 2)).toEqual(new Array(9).fill(7));
    // The last cell is nobody's.
    expect(row(raster, 3)).toEqual([50, 50, 60, 60, 7, 7, 7, 7, 7]);
    expect(row(raster, 4)).toEqual(row(raster, 3));
  });

  it("keeps colours", () => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const raster = composeGrid(
      { count: 2, height: 1, width: 2, channels: 3, pixels },
      { columns: 1, gap: 1, scale: 1, background: "#102030" },
    );
    expect([...raster.pixels]).toEqual([
      1, 2, 3, 4, 5, 6, 0x10, 0x20, 0x30, 0x10, 0x20, 0x30, 7, 8, 9, 10, 11, 12,
    ]);
  });

  it("sets groups of rows apart", () => {
    const raster = composeGrid(flat([1, 2, 3, 4], 1, 1), {
      columns: 1,
      gap: 1,
      scale: 1,
      rowsPerGroup: 2,
      groupGap: 3,
      background: "#000000",
    });
    const column = Array.from({ length: raster.height }, (_, y) => at(raster, 0, y)[0]);
    expect(column).toEqual([1, 0, 2, 0, 0, 0, 3, 0, 4]);
  });

  it("chooses the largest whole factor within the target width", () => {
    // 8 columns of 28 pixels and 7 gaps of 4: 3 × 224 + 28 = 700, 4 × 224 + 28 = 924.
    expect(enlargement(28, 8, 4, 760)).toBe(3);
    expect(enlargement(28, 8, 4, 924)).toBe(4);
    expect(enlargement(28, 8, 4, 923)).toBe(3);
    expect(enlargement(512, 8, 4, 760)).toBe(1);
    expect(composeGrid(flat(new Array(8).fill(0), 28, 28), { columns: 8 }).width).toBe(700);
  });

  it("refuses what doesn't fit", () => {
    const refused = (act: () => unknown): string => {
      try {
        act();
      } catch (error) {
        if (error instanceof BetalabError && error.code === "shape") return error.message;
      }
      throw new Error("nothing was refused");
    };
    expect(refused(() => composeGrid({ ...flat([1]), count: 2 }, { columns: 1 }))).toBe(
      "images of shape [2, 2, 3, 1] with 6 values",
    );
    expect(refused(() => composeGrid(flat([1]), { columns: 0 }))).toBe(
      "grid: columns must be a whole number from 1: 0",
    );
    expect(refused(() => composeGrid(flat([1]), { columns: 1, scale: 1.5 }))).toContain("scale");
    expect(refused(() => composeCells([], 2, 3, { columns: 1 }))).toContain("number of images");
    const cell = { images: flat([1]), index: 0 };
    expect(refused(() => composeCells([cell], 3, 3, { columns: 1 }))).toBe(
      "grid: an image of 2×3 among images of 3×3",
    );
  });
});

describe("layoutBlocks", () => {
  it("puts blocks in a margin of 16, 32 apart, titles centred above", () => {
    const { raster, captions } = layoutBlocks(
      [
        { title: "Left", raster: blankRaster(10, 4, "#ff0000") },
        { title: "Right", raster: blankRaster(20, 6, "#00ff00") },
      ],
      light,
    );
    expect([raster.width, raster.height]).toEqual([16 + 10 + 32 + 20 + 16, 16 + 32 + 6 + 16]);
    expect(at(raster, 16, 48)).toEqual([255, 0, 0]);
    expect(at(raster, 25, 51)).toEqual([255, 0, 0]);
    expect(at(raster, 26, 48)).toEqual([255, 255, 255]);
    expect(at(raster, 16, 52)).toEqual([255, 255, 255]);
    expect(at(raster, 58, 53)).toEqual([0, 255, 0]);
    expect(captions.map(({ text, x, anchor, weight }) => [text, x, anchor, weight])).toEqual([
      ["Left", 21, "middle", 600],
      ["Right", 68, "middle", 600],
    ]);
  });

  it("leaves no room for titles that aren't there", () => {
    const { raster, captions } = layoutBlocks([{ raster: blankRaster(5, 5, "#ffffff") }], dark);
    expect([raster.width, raster.height, captions.length]).toEqual([37, 37, 0]);
    expect(at(raster, 0, 0)).toEqual([0x14, 0x17, 0x1b]);
  });
});

describe("the image figures", () => {
  const originals = flat([10, 20, 30, 40, 50], 1, 1);
  const reconstructions = flat([11, 21, 31, 41, 51], 1, 1);

  it("reconstructionGrid: originals over reconstructions, pairs of rows apart, the rest empty", () => {
    const options = { columns: 3, targetWidth: 11, theme: light };
    const { raster } = reconstructionGrid(originals, reconstructions, 5, options);
    // Cells of 1 pixel, 4 apart; rows 4 apart within a pair, 16 between pairs; margin 16.
    const cells = [0, 5, 22, 27].map((y) => [0, 5, 10].map((x) => at(raster, 16 + x, 16 + y)[0]));
    expect(cells).toEqual([
      [10, 20, 30],
      [11, 21, 31],
      [40, 50, 255],
      [41, 51, 255],
    ]);
    expect([raster.width, raster.height]).toEqual([16 + 11 + 16, 16 + 28 + 16]);
  });

  it("reconstructionGrid: shows n pairs, in no more columns than it has", () => {
    const { raster } = reconstructionGrid(originals, reconstructions, 2, { targetWidth: 6 });
    expect([raster.width, raster.height]).toEqual([32 + 6, 32 + 6]);
    expect(at(raster, 16 + 5, 16 + 5)).toEqual([21, 21, 21]);
    expect(() => reconstructionGrid(originals, flat([1], 1, 1), 2)).toThrow(
      "originals [5, 1, 1, 1] and reconstructions [1, 1, 1, 1] differ in shape",
    );
    expect(() => reconstructionGrid(originals, reconstructions, 0)).toThrow(BetalabError);
    expect(() => reconstructionGrid(originals, reconstructions, 4, { columns: 0 })).toThrow(
      "columns must be a whole number from 1: 0",
    );
  });

  it("reconstructionPair: two titled grids of the same layout", () => {
    const { raster, captions } = reconstructionPair(originals, reconstructions, 4, {
      columns: 2,
      targetWidth: 44,
    });
    expect(captions.map((caption) => caption.text)).toEqual(["Original", "Reconstruction"]);
    expect(raster.width).toBe(16 + 6 + 32 + 6 + 16);
    const left = 16;
    const right = 16 + 6 + 32;
    expect([at(raster, left, 48)[0], at(raster, left + 5, 53)[0]]).toEqual([10, 40]);
    expect([at(raster, right, 48)[0], at(raster, right + 5, 53)[0]]).toEqual([11, 41]);
  });

  it("sampleGrid: 64 in rows of eight, other numbers so that no row is short", () => {
    const many = flat(
      Array.from({ length: 64 }, (_, i) => i),
      1,
      1,
    );
    const { raster, captions } = sampleGrid(many, { targetWidth: 36 });
    expect([raster.width, raster.height]).toEqual([32 + 36, 32 + 36]);
    expect(at(raster, 16 + 35, 16 + 35)).toEqual([63, 63, 63]);
    expect(captions).toEqual([]);
    expect([64, 32, 16, 12, 20, 7, 10, 100, 17, 2, 1].map((count) => evenColumns(count))).toEqual([
      8, 8, 4, 4, 5, 7, 5, 10, 8, 2, 1,
    ]);
    expect([32, 16, 12, 8].map((pairs) => evenColumns(pairs, 2))).toEqual([8, 8, 6, 4]);
  });

  it("titled: the title above, the picture and its captions lower, and wider where the title is", () => {
    const picture = reconstructionPair(originals, reconstructions, 4, { columns: 2, targetWidth: 44 });
    const { raster, captions } = titled(picture, "run, step 3: a title that is wider than that", dark);
    expect(raster.height).toBe(picture.raster.height + titleHeight);
    expect(raster.width).toBeGreaterThan(picture.raster.width);
    expect(captions.map(({ y }) => y).slice(1)).toEqual(picture.captions.map(({ y }) => y + titleHeight));
    expect(captions[0]).toMatchObject({ anchor: "start", color: dark.ink });
    expect(at(raster, 16, 48 + titleHeight)[0]).toBe(10);
  });
});
