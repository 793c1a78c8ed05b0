import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { fillUniform, permutation, type RandomStream } from "../base/random.ts";
import { Batcher, batchesPerEpoch } from "./batches.ts";
import type { Split } from "./dataset.ts";
import { memoryImages } from "./images.ts";

/** Image i is the pixels [i, 100 + i], its label i mod 3. */
function numbered(count: number): Split {
  const pixels = Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 100 + (i - 1) / 2));
  const images = memoryImages(pixels, { count, height: 1, width: 2, channels: 1 });
  return {
    images,
    labels: { names: ["a", "b", "c"], values: Int32Array.from({ length: count }, (_, i) => i % 3) },
  };
}

function draw(batcher: Batcher, step: number): number[] {
  const into = new Uint8Array(2 * batcher.batchSize);
  batcher.fill(step, into);
  return [...into];
}

describe("batchesPerEpoch", () => {
  it("drops the last incomplete batch", () => {
    expect(batchesPerEpoch(60000, 128)).toBe(468);
    expect(batchesPerEpoch(64, 64)).toBe(1);
  });

  it("refuses a batch larger than the data, naming both", async () => {
    const error = await failure("config", () => batchesPerEpoch(50, 64));
    expect(error.message).toBe("data.batchSize: a batch of 64 is larger than the data, 50 training images");
    expect(error.hint).toContain("50 or less");
  });

  it("refuses what is no size", async () => {
    for (const size of [0, -1, 1.5, Number.NaN]) await failure("config", () => batchesPerEpoch(50, size));
  });
});

describe("Batcher", () => {
  it("shows every image once an epoch when batches divide the data, in another order each epoch", () => {
    const batcher = new Batcher(numbered(12), { batchSize: 4, seed: 7 });
    expect(batcher.perEpoch).toBe(3);
    const epoch = (number: number) => [0, 1, 2].flatMap((i) => [...batcher.indices(3 * number + i)]);
    const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
    expect(sorted(epoch(0))).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(sorted(epoch(1))).toEqual(sorted(epoch(0)));
    expect(epoch(1)).not.toEqual(epoch(0));
  });

  it("takes whole batches off the front of each epoch's permutation and drops the rest", () => {
    const batcher = new Batcher(numbered(14), { batchSize: 4, seed: 7, stream: "x/" });
    for (const step of [0, 1, 2, 3, 5, 7]) {
      const epoch = Math.floor(step / 3);
      const order = permutation(14, { seed: 7, stream: "x/order", step: epoch });
      const from = 4 * (step - 3 * epoch);
      expect([...batcher.indices(step)]).toEqual([...order.slice(from, from + 4)]);
      expect(batcher.epochOf(step)).toBe(epoch);
    }
  });

  it("draws an epoch's order once, and without a name from the stream `order`", () => {
    const batcher = new Batcher(numbered(14), { batchSize: 4, seed: 7 });
    const first = batcher.indices(0);
    expect([...first]).toEqual([...permutation(14, { seed: 7, stream: "order", step: 0 }).slice(0, 4)]);
    expect(batcher.indices(2).buffer).toBe(first.buffer);
    expect(batcher.indices(3).buffer).not.toBe(first.buffer);
  });

  it("asks for pixels that are drawn with a stream of the step, and fetches ahead what that step reads", () => {
    const seen: (RandomStream | undefined)[] = [];
    const fetched: number[][] = [];
    const { images } = numbered(12);
    const watched = {
      ...images,
      read: (indices: ArrayLike<number>, into: Uint8Array, draw?: RandomStream) => {
        seen.push(draw);
        images.read(indices, into);
      },
      prefetch: (indices: ArrayLike<number>) => void fetched.push(Array.from(indices)),
    };
    const batcher = new Batcher({ images: watched }, { batchSize: 4, seed: 9, stream: "y/" });
    batcher.prefetch(5);
    draw(batcher, 4);
    draw(batcher, 5);
    expect(fetched).toEqual([[...batcher.indices(5)]]);
    expect(seen).toEqual([4, 5].map((step) => ({ seed: 9, stream: "y/draw", step })));
  });

  it("is a function of seed and step: a resumed run draws the same batches, flips too", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.nat({ max: 50 }), fc.boolean(), (seed, step, flip) => {
        const split = numbered(20);
        const straight = new Batcher(split, { batchSize: 6, seed, flip });
        for (let before = 0; before < step; before++) draw(straight, before);
        const resumed = new Batcher(split, { batchSize: 6, seed, flip });
        expect(draw(straight, step)).toEqual(draw(resumed, step));
      }),
      { numRuns: 30 },
    );
  });

  it("draws other orders for other seeds", () => {
    const one = new Batcher(numbered(20), { batchSize: 20, seed: 1 });
    const two = new Batcher(numbered(20), { batchSize: 20, seed: 2 });
    expect(draw(one, 0)).not.toEqual(draw(two, 0));
  });

  it("keeps labels beside their images, and says -1 where there are none", () => {
    const split = numbered(12);
    const batcher = new Batcher(split, { batchSize: 5, seed: 3 });
    const into = new Uint8Array(10);
    const labels = new Int32Array(5);
    batcher.fill(1, into, labels);
    expect([...labels]).toEqual([0, 1, 2, 3, 4].map((i) => into[2 * i]! % 3));
    new Batcher({ images: split.images }, { batchSize: 5, seed: 3 }).fill(1, into, labels);
    expect([...labels]).toEqual([-1, -1, -1, -1, -1]);
  });

  it("mirrors about half of the images, each as a whole", () => {
    const batcher = new Batcher(numbered(100), { batchSize: 100, seed: 5, flip: true });
    let mirrored = 0;
    for (let step = 0; step < 20; step++) {
      const pixels = draw(batcher, step);
      for (let i = 0; i < 100; i++) {
        const [left, right] = [pixels[2 * i]!, pixels[2 * i + 1]!];
        expect(Math.abs(left - right)).toBe(100);
        if (left > right) mirrored++;
      }
    }
    // 2000 coins: ±4 standard deviations.
    expect(Math.abs(mirrored - 1000)).toBeLessThan(90);
  });

  it("mirrors the images whose number of the stream `flip` is below a half", () => {
    const batcher = new Batcher(numbered(100), { batchSize: 100, seed: 5, flip: true });
    const uniforms = new Float32Array(100);
    fillUniform(uniforms, { seed: 5, stream: "flip", step: 3 });
    const pixels = draw(batcher, 3);
    expect(Array.from(uniforms, (_, i) => pixels[2 * i]! > pixels[2 * i + 1]!)).toEqual(
      Array.from(uniforms, (uniform) => uniform < 0.5),
    );
  });

  it("mirrors other places in each batch of an epoch, about half of a thousand images in it", () => {
    const batcher = new Batcher(numbered(125), { batchSize: 25, seed: 5, flip: true });
    const places = (step: number) => {
      const pixels = draw(batcher, step);
      return Array.from({ length: 25 }, (_, i) => (pixels[2 * i]! > pixels[2 * i + 1]! ? 1 : 0)).join("");
    };
    const batches = Array.from({ length: 40 }, (_, step) => places(step));
    expect(new Set(batches).size).toBe(40);
    const mirrored = [...batches.join("")].filter((one) => one === "1").length;
    expect(Math.abs(mirrored - 500)).toBeLessThan(64);
  });

  it("mirrors colours as whole pixels, row by row", () => {
    const pixel = (number: number) => [number, 100 + number, 200 + number];
    const image = (numbers: number[]) => numbers.flatMap(pixel);
    const plain = image([1, 2, 3, 4, 5, 6, 7, 8]);
    const mirrored = image([4, 3, 2, 1, 8, 7, 6, 5]);
    const images = memoryImages(Uint8Array.from(plain), {
      count: 1,
      height: 2,
      width: 4,
      channels: 3,
    });
    const batcher = new Batcher({ images }, { batchSize: 1, seed: 0, flip: true });
    const seen = new Set<string>();
    for (let step = 0; step < 20; step++) {
      const into = new Uint8Array(24);
      batcher.fill(step, into);
      seen.add(into.join(" "));
    }
    expect(seen).toEqual(new Set([plain.join(" "), mirrored.join(" ")]));
  });
});
