import { expect, test } from "vitest";
import { encodeNpy } from "../../src/data/formats/npy.ts";
import { wholeNpy } from "../../src/data/web.ts";
import { fromArrays } from "./brought-arrays.ts";

const values = (of: (i: number) => number): number[] => Array.from({ length: 256 }, (_, i) => of(i));

test.each([
  ["|u1", values((i) => i), [0, 255], "0…255"],
  ["|u1", values((i) => i % 2), [0, 1], "0…1"],
  ["<f4", values((i) => i / 255), [0, 1], "0…1"],
  ["<f4", values((i) => i / 127.5 - 1), [-1, 1], "−1…1"],
  ["<u2", values((i) => 16 * i), [0, 4095], "0…4095"],
])("%s: black and white are what the values say, and the note says which", (code, given, range, said) => {
  const name = "images.npy";
  const { data, notes } = fromArrays([{ name, array: wholeNpy(encodeNpy(code, [4, 8, 8], given), name) }]);
  expect(data.range).toEqual(range);
  expect(notes).toEqual([`images.npy: 4 images of 8 × 8, ${said}`]);
});
