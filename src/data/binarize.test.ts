import { describe, expect, it } from "vitest";
import { Batcher, binarizeImages, memoryImages } from "./index.ts";

const count = 512;
const shape = { count, height: 4, width: 8, channels: 1 } as const;
/** Pixel p of every image has grey value 8·p; the last is white. */
const greys = Array.from({ length: 32 }, (_, p) => (p === 31 ? 255 : 8 * p));
const images = memoryImages(
  Uint8Array.from({ length: count * 32 }, (_, i) => greys[i % 32]!),
  shape,
);
const all = Array.from({ length: count }, (_, i) => i);

function read(mode: "static" | "dynamic", draw?: { seed: number; stream: string; step: number }): Uint8Array {
  const into = new Uint8Array(count * 32);
  binarizeImages(images, mode).read(all, into, draw);
  return into;
}

describe("static", () => {
  it("is white from 128 on", () => {
    expect([...read("static").subarray(0, 32)]).toEqual(greys.map((v) => (v >= 128 ? 255 : 0)));
  });
});

describe("dynamic", () => {
  it("is white with the probability that the grey value says, pixel by pixel", () => {
    const drawn = read("dynamic", { seed: 1, stream: "test", step: 0 });
    for (const [p, value] of greys.entries()) {
      let white = 0;
      for (let i = 0; i < count; i++) white += drawn[i * 32 + p]! / 255;
      // Four standard deviations of a binomial.
      const [expected, deviation] = [value / 255, Math.sqrt(((value / 255) * (1 - value / 255)) / count)];
      expect(Math.abs(white / count - expected)).toBeLessThanOrEqual(4 * deviation);
    }
    expect(new Set(drawn)).toEqual(new Set([0, 255]));
  });

  it("is drawn once and for all for a reader without a stream, whatever else is read", () => {
    const whole = read("dynamic");
    const one = new Uint8Array(32);
    binarizeImages(images, "dynamic").read([77], one);
    expect(one).toEqual(whole.slice(77 * 32, 78 * 32));
  });

  it("a batch is a function of seed and step, anew in each epoch", () => {
    const batch = (step: number, seed = 1) => {
      const batcher = new Batcher({ images: binarizeImages(images, "dynamic") }, { batchSize: 64, seed });
      const into = new Uint8Array(64 * 32);
      batcher.fill(step, into);
      return into.join();
    };
    expect(batch(9)).toBe(batch(9));
    // All images are alike here, so that only the draw can differ.
    expect(batch(9)).not.toBe(batch(1));
    expect(batch(9)).not.toBe(batch(9, 2));
  });
});
