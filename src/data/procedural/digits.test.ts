import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BetalabError } from "../../base/errors.ts";
import { digits, digitsOptions } from "./digits.ts";

const count = 3000;
const set = digits({ count });
const pixels = new Uint8Array(count * 784);
set.images.read(
  Int32Array.from({ length: count }, (_, i) => i),
  pixels,
);
const names = set.factors.factors.map((factor) => factor.name);

/** The value of factor `name` of image `index`. */
function value(name: string, index: number): number {
  const factor = names.indexOf(name);
  return set.factors.factors[factor]!.values[set.factors.levels[index * names.length + factor]!]!;
}

/** Ink in full pixels, its centroid and its shear (dx for each pixel upwards, from second moments). */
function moments(index: number): { ink: number; x: number; y: number; shear: number; height: number } {
  let [ink, x, y, top, bottom] = [0, 0, 0, 28, 0];
  for (let at = 0; at < 784; at++) {
    const weight = pixels[index * 784 + at]! / 255;
    ink += weight;
    x += weight * ((at % 28) + 0.5);
    y += weight * (Math.floor(at / 28) + 0.5);
    if (weight > 0.5) {
      top = Math.min(top, Math.floor(at / 28));
      bottom = Math.max(bottom, Math.floor(at / 28));
    }
  }
  x /= ink;
  y /= ink;
  let [xy, yy] = [0, 0];
  for (let at = 0; at < 784; at++) {
    const weight = pixels[index * 784 + at]! / 255;
    const dy = Math.floor(at / 28) + 0.5 - y;
    xy += weight * ((at % 28) + 0.5 - x) * dy;
    yy += weight * dy * dy;
  }
  return { ink, x, y, shear: -xy / yy, height: bottom + 1 - top };
}

const all = Array.from({ length: count }, (_, i) => moments(i));

/** Pearson's correlation and the slope of the least-squares line of `b` on `a`. */
function line(a: readonly number[], b: readonly number[]): { correlation: number; slope: number } {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number): number => a.reduce((total, _, i) => total + f(i), 0);
  const ab = sum((i) => (a[i]! - ma) * (b[i]! - mb));
  const aa = sum((i) => (a[i]! - ma) ** 2);
  const bb = sum((i) => (b[i]! - mb) ** 2);
  return { correlation: ab / Math.sqrt(aa * bb), slope: ab / aa };
}

const values = (name: string): number[] => all.map((_, i) => value(name, i));

describe("digits: what it is made of", () => {
  it("has ten labels that are the first factor, all levels about equally often", () => {
    expect(names).toEqual(["digit", "slant", "thickness", "scale", "x", "y"]);
    expect(set.factors.complete).toBe(false);
    expect(set.labels.names).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect([...set.labels.values]).toEqual(values("digit"));
    set.factors.factors.forEach((factor, column) => {
      const expected = count / factor.values.length;
      const seen = new Array<number>(factor.values.length).fill(0);
      for (let i = 0; i < count; i++) seen[set.factors.levels[i * names.length + column]!]! += 1;
      // Five standard deviations of a binomial count.
      for (const times of seen) expect(Math.abs(times - expected)).toBeLessThan(5 * Math.sqrt(expected));
    });
  });

  it("draws an image from (seed, index) alone", () => {
    const backwards = digits({ count: 10 });
    const one = new Uint8Array(784);
    for (const index of [9, 3, 0, 3]) {
      backwards.images.read([index], one);
      expect(one).toEqual(pixels.subarray(index * 784, index * 784 + 784));
      expect(backwards.factors.levels.subarray(index * 6, index * 6 + 6)).toEqual(
        set.factors.levels.subarray(index * 6, index * 6 + 6),
      );
    }
    const other = digits({ count: 10, seed: 1 });
    other.images.read([3], one);
    expect(one).not.toEqual(pixels.subarray(3 * 784, 4 * 784));
    expect(
      createHash("sha256")
        .update(pixels.subarray(0, 16 * 784))
        .digest("hex")
        .slice(0, 16),
    ).toBe("e16ee99f59de296a");
  });
});

describe("digits: the ink obeys the factors", () => {
  it("spreads ink as MNIST does", () => {
    // MNIST's test images: mean 0.1325, 80.7 % black, 7.6 % at 250 or more.
    const mean = pixels.reduce((sum, v) => sum + v, 0) / pixels.length / 255;
    const share = (holds: (v: number) => boolean): number => pixels.filter(holds).length / pixels.length;
    expect(mean).toBeCloseTo(0.1325, 2);
    expect(Math.abs(share((v) => v === 0) - 0.807)).toBeLessThan(0.02);
    expect(Math.abs(share((v) => v >= 250) - 0.076)).toBeLessThan(0.01);
  });

  it("moves the ink one pixel for each pixel of x and y", () => {
    expect(
      line(
        values("x"),
        all.map((m) => m.x),
      ).slope,
    ).toBeCloseTo(1, 1);
    expect(
      line(
        values("y"),
        all.map((m) => m.y),
      ).slope,
    ).toBeCloseTo(1, 1);
  });

  it("adds ink with thickness, in proportion, and height with scale", () => {
    const thickness = line(
      values("thickness"),
      all.map((m) => m.ink),
    );
    expect(thickness.correlation).toBeGreaterThan(0.7);
    // Ink is about path length times width: slope over mean ≈ 1 over mean width, 1/2.7.
    const meanInk = all.reduce((sum, m) => sum + m.ink, 0) / count;
    expect(thickness.slope / meanInk).toBeGreaterThan(0.25);
    expect(thickness.slope / meanInk).toBeLessThan(0.4);
    // The path is 20·scale pixels high, and the pen adds its width: what is left is rounding to whole pixels.
    const left = all.map((m, i) => m.height - 20 * value("scale", i) - value("thickness", i));
    expect(Math.max(...left.map(Math.abs))).toBeLessThan(2.5);
    expect(
      line(
        values("scale"),
        all.map((m, i) => m.height - value("thickness", i)),
      ).slope,
    ).toBeCloseTo(20, -0.5);
  });

  it("leans with slant", () => {
    const tangent = values("slant").map(Math.tan);
    const lean = line(
      tangent,
      all.map((m) => m.shear),
    );
    expect(lean.slope).toBeGreaterThan(0.85);
    expect(lean.slope).toBeLessThan(1.15);
    expect(lean.correlation).toBeGreaterThan(0.6);
  });

  it("seldom touches the rim", () => {
    const rim = pixels.filter((_, at) => {
      const [row, column] = [Math.floor((at % 784) / 28), at % 28];
      return row === 0 || row === 27 || column === 0 || column === 27;
    });
    expect(rim.filter((v) => v > 127).length / rim.length).toBeLessThan(0.002);
  });

  it("draws the same picture larger", () => {
    const large = digits({ count: 50, size: 56 });
    const one = new Uint8Array(56 * 56);
    for (let index = 0; index < 50; index++) {
      large.images.read([index], one);
      const ink = one.reduce((sum, v) => sum + v, 0) / 255 / 4;
      expect(Math.abs(ink / all[index]!.ink - 1)).toBeLessThan(0.06);
    }
  });
});

describe("digits: refusals", () => {
  it("names the wrong option and the missing image", () => {
    expect(() => digits({ count: 1_000_000, size: 256 })).toThrow(/are 65536000000 bytes, more than/);
    expect(() => digits({ count: 0 })).toThrow(/^digits: count: /);
    expect(() => digits({ seeds: 1 } as never)).toThrow("digits: unknown option: seeds");
    expect(() => set.images.read([count], new Uint8Array(784))).toThrow(BetalabError);
    expect(() => set.images.read([0.5], new Uint8Array(784))).toThrow("there is no image 0.5");
    expect(() => set.images.read([0], new Uint8Array(785))).toThrow("read into 785 bytes");
    expect(digitsOptions.parse({})).toEqual({ count: 12_000, size: 28, seed: 0 });
  });
});
