import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { decodeBmp } from "./bmp.ts";

/** A BMP of these rows (bottom row first, each padded to four bytes). */
function bmp(
  bits: number,
  width: number,
  height: number,
  rows: number[],
  palette: number[] = [],
): Uint8Array {
  const file = new Uint8Array(54 + palette.length + rows.length);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(10, 54 + palette.length, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  file.set(palette, 54);
  file.set(rows, 54 + palette.length);
  return file;
}

const pixels = (file: Uint8Array) => [...decodeBmp(file, 100).pixels];

describe("BMP", () => {
  it("24 bits: blue, green, red; the bottom row first, or last when the height is negative", () => {
    const rows = [1, 2, 3, 0, 4, 5, 6, 0];
    expect(pixels(bmp(24, 1, 2, rows))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(pixels(bmp(24, 1, -2, rows))).toEqual([3, 2, 1, 6, 5, 4]);
  });

  it("32 bits, and a palette of 8, 4 or 1 bits", () => {
    expect(pixels(bmp(32, 1, 1, [1, 2, 3, 99]))).toEqual([3, 2, 1]);
    const palette = [0, 0, 0, 0, 10, 20, 30, 0];
    expect(pixels(bmp(8, 2, 1, [1, 0, 0, 0], palette))).toEqual([30, 20, 10, 0, 0, 0]);
    expect(pixels(bmp(4, 3, 1, [0x10, 0x10, 0, 0], palette))).toEqual([30, 20, 10, 0, 0, 0, 30, 20, 10]);
    expect(pixels(bmp(1, 3, 1, [0b10100000, 0, 0, 0], palette))).toEqual([30, 20, 10, 0, 0, 0, 30, 20, 10]);
  });

  it("refuses what is cut short, compressed or too large", () => {
    expect(() => pixels(bmp(24, 1, 2, [1, 2, 3, 0]))).toThrow("truncated");
    expect(() => pixels(new Uint8Array(20))).toThrow("truncated");
    const packed = bmp(8, 2, 1, [1, 0, 0, 0]);
    packed[30] = 1;
    expect(() => pixels(packed)).toThrow("BMP of 8 bits with compression 1 is not read");
    expect(() => decodeBmp(bmp(24, 11, 10, new Array(360).fill(0)), 100)).toThrow("11×10");
  });

  it("reads what Pillow writes", (context) => {
    let file: Buffer;
    try {
      const script =
        "import io,sys;from PIL import Image;im=Image.new('RGB',(3,2));im.putdata([(10*i,i,255-i) for i in range(6)]);" +
        "b=io.BytesIO();im.save(b,'BMP');sys.stdout.buffer.write(b.getvalue())";
      file = execFileSync("python3", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    } catch {
      return context.skip("there is no Python with Pillow here");
    }
    expect(pixels(file)).toEqual([0, 1, 2, 3, 4, 5].flatMap((i) => [10 * i, i, 255 - i]));
  });
});
