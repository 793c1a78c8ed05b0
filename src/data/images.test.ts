import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { Batcher } from "./batches.ts";
import { binarizeImages } from "./binarize.ts";
import type { Images } from "./dataset.ts";
import { joinImages, memoryImages, padImages, selectImages } from "./images.ts";
import { fileImages } from "./store/file-images.ts";

const shape = { count: 6, height: 2, width: 2, channels: 1 } as const;
const pixels = Uint8Array.from({ length: 24 }, (_, i) => i);

/** Images that write down what they are told to fetch. */
function watched(): { images: Images; asked: number[] } {
  const asked: number[] = [];
  const images = memoryImages(pixels, shape);
  return {
    asked,
    images: {
      ...images,
      // As a class of a person's own may need: with what it is called on.
      prefetch(this: Images, indices: ArrayLike<number>) {
        if (this.count === images.count) asked.push(...Array.from(indices));
      },
    },
  };
}

test("a view has fetched ahead what it will read, by the index that it has underneath", () => {
  const [first, second] = [watched(), watched()];
  const joined = joinImages(selectImages(first.images, [5, 3, 1]), second.images);
  padImages(binarizeImages(joined, "static"), 4, 4).prefetch!([2, 0, 4, 3]);
  expect([first.asked, second.asked]).toEqual([
    [1, 5],
    [1, 0],
  ]);
});

test("padding centres: rows above, columns to the left, the odd one below and right", () => {
  const inner = { count: 2, height: 1, width: 2, channels: 3 } as const;
  const colours = Uint8Array.from({ length: 12 }, (_, i) => i + 1);
  const padded = padImages(memoryImages(colours, inner), 4, 5);
  const into = new Uint8Array(2 * 60).fill(9);
  padded.read([1, 0], into);
  const expected = new Uint8Array(120);
  // Of 3 rows to add 1 is above, of 3 columns 1 is to the left.
  expected.set([7, 8, 9, 10, 11, 12], (1 * 5 + 1) * 3);
  expected.set([1, 2, 3, 4, 5, 6], 60 + (1 * 5 + 1) * 3);
  expect([...into]).toEqual([...expected]);

  const wide = padImages(
    memoryImages(Uint8Array.from([5]), { count: 1, height: 1, width: 1, channels: 1 }),
    1,
    6,
  );
  const row = new Uint8Array(6);
  wide.read([0], row);
  expect([...row]).toEqual([0, 0, 5, 0, 0, 0]);
  const tall = padImages(
    memoryImages(Uint8Array.from([5]), { count: 1, height: 1, width: 1, channels: 1 }),
    6,
    2,
  );
  const column = new Uint8Array(12);
  tall.read([0], column);
  expect([...column].indexOf(5)).toBe(4);
});

test("nothing is fetched ahead where nothing can be", () => {
  expect(selectImages(memoryImages(pixels, shape), [1]).prefetch).toBeUndefined();
  expect(() =>
    new Batcher({ images: memoryImages(pixels, shape) }, { batchSize: 2, seed: 1 }).prefetch(0),
  ).not.toThrow();
});

test("a batcher has fetched ahead what the batch then reads", () => {
  const { images, asked } = watched();
  const batcher = new Batcher({ images }, { batchSize: 2, seed: 1 });
  batcher.prefetch(4);
  expect(asked).toEqual([...batcher.indices(4)]);
});

test("a file's images are fetched ahead after a slow reading, each once, and closing meanwhile harms nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "betalab-images-"));
  const path = join(folder, "images.u8");
  writeFileSync(path, pixels);
  const images = fileImages(path, shape);
  const allocations = vi.spyOn(Buffer, "allocUnsafe");
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  const into = new Uint8Array(8);
  try {
    images.read([0, 1], into);
    images.prefetch!([2, 3]);
    expect(allocations).not.toHaveBeenCalled();
    clock.mockReturnValueOnce(0).mockReturnValueOnce(50);
    images.read([4, 0], into);
    expect([...into]).toEqual([16, 17, 18, 19, 0, 1, 2, 3]);
    for (let i = 0; i < 3; i++) images.prefetch!([2, 5]);
    images.prefetch!([1, 2]);
    expect(allocations.mock.calls).toEqual(Array.from({ length: 6 }, () => [4]));
    images.read([3, 4], into);
    expect([...into]).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  } finally {
    images.close();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  }
});
