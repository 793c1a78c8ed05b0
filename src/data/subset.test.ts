import { describe, expect, it } from "vitest";
import { isBinary } from "./binary.ts";
import { memoryImages, takeImages } from "./images.ts";
import { randomIndices, randomSubset } from "./subset.ts";

/** Image i is two pixels i, i + 1; its label is i mod 3. */
const split = (count: number) => ({
  images: memoryImages(
    Uint8Array.from({ length: 2 * count }, (_, i) => Math.floor(i / 2) + (i % 2)),
    { count, height: 1, width: 2, channels: 1 },
  ),
  labels: { names: ["a", "b", "c"], values: Int32Array.from({ length: count }, (_, i) => i % 3) },
});

describe("randomSubset", () => {
  const chosen = { seed: 3, stream: "test" };

  it("takes different images in their order, labels with them, and says which part it is", () => {
    const { split: some, subset } = randomSubset(split(100), 10, chosen);
    expect(subset).toEqual({ of: 100, count: 10, seed: 3 });
    const { pixels } = takeImages(
      some.images,
      Array.from({ length: 10 }, (_, i) => i),
    );
    const images = Array.from({ length: 10 }, (_, i) => pixels[2 * i]!);
    expect(images).toEqual([...new Set(images)].sort((a, b) => a - b));
    expect(images.map((image) => image % 3)).toEqual([...some.labels!.values]);
    expect(images).toEqual([...randomIndices(100, 10, chosen)]);
    expect(images).not.toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  it("is the whole split, and no subset, when nothing is left out", () => {
    const whole = split(10);
    expect(randomSubset(whole, 10, chosen)).toEqual({ split: whole });
    expect(randomSubset(whole, 11, chosen).split).toBe(whole);
    expect(randomSubset(whole, 9, chosen).subset).toEqual({ of: 10, count: 9, seed: 3 });
  });

  it("chooses every image equally often, by seed and by stream", () => {
    const times = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 1000; seed++) {
      for (const index of randomIndices(10, 3, { seed, stream: "test" })) times[index]!++;
    }
    // 300 each, standard deviation 14.5.
    for (const count of times) expect(Math.abs(count - 300)).toBeLessThan(60);
    const [a, b] = ["one", "other"].map((stream) => randomIndices(1000, 20, { seed: 0, stream }).join());
    expect(a).not.toBe(b);
  });
});

it("isBinary looks at all images of a set, and evenly at a part of a large one", () => {
  const shape = { count: 5000, height: 1, width: 1, channels: 1 } as const;
  const pixels = Uint8Array.from({ length: 5000 }, (_, i) => (i % 2) * 255);
  expect(isBinary(memoryImages(pixels, shape))).toBe(true);
  for (const at of [0, 101, 4999]) {
    for (const grey of [1, 254]) {
      const one = pixels.slice();
      one[at] = grey;
      expect(isBinary(memoryImages(one, shape))).toBe(false);
    }
  }
  const reads: number[] = [];
  const large = {
    count: 10_000,
    height: 128,
    width: 128,
    channels: 1 as const,
    read: (indices: ArrayLike<number>, into: Uint8Array) => {
      reads.push(...Array.from(indices));
      into.fill(255);
    },
  };
  expect(isBinary(large)).toBe(true);
  expect(reads).toHaveLength(2048);
  expect([reads[0], reads[1024], reads[2047]]).toEqual([0, 5000, 9995]);
});
