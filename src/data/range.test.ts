import { describe, expect, it } from "vitest";
import { BetalabError } from "../base/errors.ts";
import type { NumberName } from "./formats/numbers.ts";
import { decideRange, toPixels, type ValueRange, ValueScan } from "./range.ts";

/** Reads `values` as a set does: the pixels and the notes, or the error. */
function read(type: NumberName, values: number[], said?: ValueRange) {
  const scan = new ValueScan(said);
  // In two pieces, as a stream comes.
  scan.add(values.slice(0, 2));
  scan.add(values.slice(2));
  try {
    const { range, notes } = decideRange(type, scan, said, "a");
    return { pixels: [...toPixels(values, range)], notes };
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    return { error: error.message, hint: error.hint };
  }
}

/** Follows the hint that an error gives. */
function follow(type: NumberName, values: number[]): number[] | undefined {
  const [, low, high] = /data\.range: \[(.*), (.*)\]/.exec(read(type, values).hint!)!;
  return read(type, values, [Number(low), Number(high)]).pixels;
}

describe("what the type and the values make clear", () => {
  it.each<[NumberName, number[], number[], string[]]>([
    ["uint8", [0, 1, 2, 255], [0, 1, 2, 255], []],
    ["uint8", [0, 1, 1, 0], [0, 255, 255, 0], ["uint8, 0…1 read as [0, 1]"]],
    ["bool", [1, 0], [255, 0], []],
    ["float32", [0, 0.5, 1, 0.2], [0, 128, 255, 51], ["float32, 0…1 read as [0, 1]"]],
    ["float16", [0, 1, 1.02], [0, 255, 255], ["float16, 0…1.02 read as [0, 1], 1 value clipped"]],
    [
      "float64",
      [-0.05, 1, 1.03, 0.2],
      [0, 255, 255, 51],
      ["float64, -0.05…1.03 read as [0, 1], 2 values clipped"],
    ],
    ["float64", [0, 127.6, 255], [0, 128, 255], ["float64, 0…255 read as [0, 255]"]],
    [
      "float32",
      [0, 3, 7, 2],
      [0, 3, 7, 2],
      ["float32, 0…7 read as [0, 255]", expect.stringContaining("nearly black")],
    ],
    ["float32", [-4.5, 100.5, 258], [0, 101, 255], ["float32, -4.5…258 read as [0, 255], 2 values clipped"]],
    ["int64", [0, 3, 200], [0, 3, 200], ["int64, 0…200 read as [0, 255]"]],
    ["int16", [0, 1, 1], [0, 255, 255], ["int16, 0…1 read as [0, 1]"]],
    ["uint16", [0, 32768, 65535], [0, 128, 255], ["uint16, 0…65535 read as [0, 65535]"]],
  ])("%s %j", (type, values, pixels, notes) => {
    expect(read(type, values)).toEqual({ pixels, notes });
  });

  it("warns of a set that is nearly black or one grey, and the range in the warning is right", () => {
    const { pixels, notes } = read("uint16", [0, 4078, 2000]) as { pixels: number[]; notes: string[] };
    expect(pixels).toEqual([0, 16, 8]);
    expect(notes[1]).toBe(
      "warning: the images are nearly black: the brightest value, 4078, is 6.2 % of white; " +
        "set data.range: [0, 4095] if it should be white",
    );
    expect(read("uint16", [0, 4078, 2000], [0, 4095])).toEqual({
      pixels: [0, 254, 125],
      notes: ["uint16, 0…4078 read as [0, 4095]"],
    });
    expect(read("uint8", [7, 7, 7]).notes).toContain(
      "warning: every value is 7, so all images are one even grey",
    );
    expect(read("float32", [0, 0, 0]).notes).toContain(
      "warning: every value is 0, so all images are one even grey",
    );
  });

  it("does what is said, and counts what it clips", () => {
    expect(read("uint8", [0, 100, 200, 250], [100, 200])).toEqual({
      pixels: [0, 0, 255, 255],
      notes: ["uint8, 0…250 read as [100, 200], 2 values clipped"],
    });
    expect(read("float32", [-1, 0, 1], [-1, 1]).pixels).toEqual([0, 128, 255]);
  });
});

describe("what is not clear is refused, and the hint, followed, keeps every value apart", () => {
  it.each<[string, NumberName, number[], string, number[]]>([
    ["tanh", "float32", [-1, 0, 1], "data.range: [-1, 1]", [0, 128, 255]],
    ["standardised", "float32", [-2.117, 0, 2.64], "data.range: [-2.12, 2.64]", [0, 114, 255]],
    ["12 bits in int32", "int32", [0, 1000, 4078], "data.range: [0, 4095]", [0, 62, 254]],
    ["signed bytes", "int8", [-128, 0, 127], "data.range: [-128, 127]", [0, 128, 255]],
    ["small floats above 1", "float64", [0, 1.5, 2.9], "data.range: [0, 2.9]", [0, 132, 255]],
    ["whole floats", "float32", [0, 512, 1023], "data.range: [0, 1023]", [0, 128, 255]],
    ["Hounsfield", "int16", [-1024, 0, 3071], "data.range: [-1030, 3080]", [0, 64, 255]],
  ])("%s", (_, type, values, hint, pixels) => {
    const refused = read(type, values);
    expect(refused.error).toMatch(new RegExp(`^a: it is not clear which of the values .* \\(${type}\\)`));
    expect(refused.hint).toContain(hint);
    expect(follow(type, values)!.map((pixel, i) => Math.abs(pixel - pixels[i]!) <= 1)).toEqual(
      pixels.map(() => true),
    );
  });

  it("names values that are not finite, whatever range is said", () => {
    for (const said of [undefined, [0, 1] as const]) {
      const { error, hint } = read("float32", [0, Number.NaN, Number.POSITIVE_INFINITY, 1], said);
      expect(error).toBe("a: 2 values of 4 not finite (NaN or infinity)");
      expect(hint).toContain("isfinite");
    }
  });
});
