import { expect, test } from "vitest";
import { encodeNpy } from "../../src/data/formats/npy.ts";
import { readBrought } from "./brought.ts";

/** What becomes of an array of images with these values. */
async function bring(code: string, values: ArrayLike<number>) {
  const bytes = encodeNpy(code, [4, 8, 8], values);
  const file = { path: "images.npy", blob: new Blob([bytes as BlobPart]), bytes: async () => bytes };
  const brought = await readBrought([file]);
  if (brought.kind !== "data") throw new Error("no data");
  return { range: brought.data.range, note: brought.notes[0] };
}
const values = (of: (i: number) => number): number[] => Array.from({ length: 256 }, (_, i) => of(i));

test.each([
  ["|u1", values((i) => i), [0, 255], "0…255"],
  ["|u1", values((i) => i % 2), [0, 1], "0…1"],
  ["<f4", values((i) => i / 255), [0, 1], "0…1"],
  ["<f4", values((i) => i / 127.5 - 1), [-1, 1], "−1…1"],
  ["<u2", values((i) => 16 * i), [0, 4095], "0…4095"],
])(
  "%s: black and white are what the values say, and the note says which",
  async (code, given, range, said) => {
    const found = await bring(code, given);
    expect(found.range).toEqual(range);
    expect(found.note).toBe(`images.npy: 4 images of 8 × 8, ${said}`);
  },
);
