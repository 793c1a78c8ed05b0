import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BetalabError } from "../../base/errors.ts";
import { sprites, spritesOptions } from "./sprites.ts";

type Sprites = ReturnType<typeof sprites>;

function image(set: Sprites, index: number): Uint8Array {
  const pixels = new Uint8Array(set.images.height * set.images.width);
  set.images.read([index], pixels);
  return pixels;
}

/** The index of the image with these levels, by the order that the docstring states. */
function indexOf(set: Sprites, levels: readonly number[]): number {
  return set.factors.factors.reduce((at, factor, i) => at * factor.values.length + levels[i]!, 0);
}

/** White pixels and their mean position, in pixels from the top left corner. */
function moments(pixels: Uint8Array, size: number): { area: number; x: number; y: number } {
  let [area, x, y] = [0, 0, 0];
  pixels.forEach((value, at) => {
    if (value === 0) return;
    area += 1;
    x += (at % size) + 0.5;
    y += Math.floor(at / size) + 0.5;
  });
  return { area, x: x / area, y: y / area };
}

describe("sprites: the grid", () => {
  const set = sprites();

  it("has dSprites' factors and order: shape slowest, y fastest", () => {
    expect(set.images.count).toBe(3 * 6 * 10 * 16 * 16);
    expect(set.factors.factors.map((factor) => factor.name)).toEqual([
      "shape",
      "scale",
      "orientation",
      "x",
      "y",
    ]);
    expect(set.factors.complete).toBe(true);
    expect([...set.factors.levels.subarray(0, 10)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([...set.factors.levels.subarray(-5)]).toEqual([2, 5, 9, 15, 15]);
    const [shape, scale, orientation, x] = set.factors.factors;
    expect(shape!.values).toEqual([1, 2, 3]);
    expect(scale!.values).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(x!.values[0]).toBe(0);
    expect(x!.values[15]).toBe(1);
    // Every fourth of the 40 angles that dSprites' archive lists.
    expect(orientation!.values[1]).toBeCloseTo((4 * 2 * Math.PI) / 39, 12);
    expect(orientation!.values[9]).toBeCloseTo((36 * 2 * Math.PI) / 39, 12);
  });

  it("holds every combination once", () => {
    const small = sprites({ size: 16, scales: 3, orientations: 4, positions: 5 });
    const seen = new Set<number>();
    for (let i = 0; i < small.images.count; i++) {
      seen.add(indexOf(small, [...small.factors.levels.subarray(5 * i, 5 * i + 5)]));
    }
    expect(small.images.count).toBe(3 * 3 * 4 * 25);
    expect(seen.size).toBe(small.images.count);
    expect(small.labels.values[0]).toBe(0);
    expect(small.labels.values.at(-1)).toBe(2);
  });

  it("takes shapes in the order asked for", () => {
    const hearts = sprites({ shapes: ["heart", "square"], scales: 1, orientations: 1, positions: 1 });
    expect(hearts.factors.factors.map((factor) => factor.values)).toEqual([[3, 1], [1], [0], [0.5], [0.5]]);
    expect(hearts.labels.names).toEqual(["heart", "square"]);
    expect(moments(image(hearts, 1), 64).area).toBeGreaterThan(moments(image(hearts, 0), 64).area);
  });
});

describe("sprites: the pixels", () => {
  const set = sprites();

  it("draws the square of scale 1 where the geometry says", () => {
    // Centre (16, 16), side 19.2: pixel centres 6.5 … 25.5 lie inside in both directions, 20 of them.
    const pixels = image(set, indexOf(set, [0, 5, 0, 0, 0]));
    const inside = (at: number): boolean => at + 0.5 > 16 - 9.6 && at + 0.5 < 16 + 9.6;
    const expected = Uint8Array.from({ length: 4096 }, (_, at) =>
      inside(at % 64) && inside(Math.floor(at / 64)) ? 255 : 0,
    );
    expect(pixels).toEqual(expected);
    expect(moments(pixels, 64)).toEqual({ area: 400, x: 16, y: 16 });
  });

  it("has dSprites' areas: mean white pixels of its own archive at scales 0.5 and 1", () => {
    // Means over all orientations and positions of the archive's every-fourth-angle, every-other-position part.
    const archive = [
      [92.22, 368.83],
      [72.35, 289.33],
      [56.12, 224.48],
    ];
    for (let shape = 0; shape < 3; shape++) {
      for (const [column, scale] of [0, 5].entries()) {
        let area = 0;
        let images = 0;
        for (let orientation = 0; orientation < 10; orientation++) {
          for (let position = 0; position < 16; position++) {
            const at = indexOf(set, [shape, scale, orientation, position, (5 * position) % 16]);
            area += moments(image(set, at), 64).area;
            images += 1;
          }
        }
        expect(area / images / archive[shape]![column]!).toBeCloseTo(1, 1.7);
      }
    }
  });

  it("moves the centroid by half the image over x and y, evenly", () => {
    for (const shape of [0, 1]) {
      for (let level = 0; level < 16; level++) {
        const centre = moments(image(set, indexOf(set, [shape, 5, 3, level, 15 - level])), 64);
        expect(Math.abs(centre.x - (16 + (32 * level) / 15))).toBeLessThan(0.15);
        expect(Math.abs(centre.y - (48 - (32 * level) / 15))).toBeLessThan(0.15);
      }
    }
  });

  it("grows the area with the square of scale and turns counter-clockwise", () => {
    const area = (scale: number): number => moments(image(set, indexOf(set, [1, scale, 2, 8, 8])), 64).area;
    for (let scale = 1; scale < 6; scale++) expect(area(scale)).toBeGreaterThan(area(scale - 1));
    expect(area(5) / area(0)).toBeCloseTo(4, 0);
    // At 37° counter-clockwise the ellipse's right end is up: x and (downward) y vary against each other.
    const pixels = image(set, indexOf(set, [1, 5, 1, 8, 8]));
    const centre = moments(pixels, 64);
    let covariance = 0;
    pixels.forEach((value, at) => {
      if (value !== 0) covariance += ((at % 64) + 0.5 - centre.x) * (Math.floor(at / 64) + 0.5 - centre.y);
    });
    // (a² − b²)/4 · sin θ cos θ, for half axes of 12.8 and 7.2 pixels.
    const angle = set.factors.factors[2]!.values[1]!;
    const expected = -((12.8 ** 2 - 7.2 ** 2) / 4) * Math.sin(angle) * Math.cos(angle);
    expect(Math.abs(covariance / centre.area / expected - 1)).toBeLessThan(0.06);
  });

  it("keeps every shape inside at every size, in pixels 0 and 255 only, and draws no picture twice", () => {
    for (const size of [16, 17, 33, 64]) {
      const some = sprites({ size, scales: 2, orientations: 5, positions: 4 });
      const pixels = new Uint8Array(some.images.count * size * size);
      some.images.read(
        Int32Array.from({ length: some.images.count }, (_, i) => i),
        pixels,
      );
      expect([...new Set(pixels)].sort((a, b) => a - b)).toEqual([0, 255]);
      const pictures = new Set<string>();
      for (let i = 0; i < some.images.count; i++) {
        const one = pixels.subarray(i * size * size, (i + 1) * size * size);
        const rim = one.filter(
          (_, at) => at < size || at >= size * (size - 1) || at % size === 0 || at % size === size - 1,
        );
        expect(Math.max(...rim)).toBe(0);
        pictures.add(createHash("sha1").update(one).digest("hex"));
      }
      if (size >= 33) expect(pictures.size).toBe(some.images.count);
    }
  });

  it("writes batches over whatever the buffer held, and the same pixels every time", () => {
    const batch = new Uint8Array(2 * 4096).fill(7);
    set.images.read([31_000, 12], batch);
    expect(batch.subarray(0, 4096)).toEqual(image(set, 31_000));
    expect(batch.subarray(4096)).toEqual(image(set, 12));
    const some = new Uint8Array(8 * 4096);
    set.images.read([0, 6000, 12_345, 20_000, 25_000, 31_000, 40_000, 46_079], some);
    expect(createHash("sha256").update(some).digest("hex").slice(0, 16)).toBe("a18a22df4f383903");
  });
});

describe("sprites: refusals", () => {
  const thrown = (act: () => unknown): BetalabError => {
    try {
      act();
    } catch (error) {
      if (error instanceof BetalabError) return error;
    }
    throw new Error("nothing was refused");
  };

  it("names the wrong option, the nearest right one, the impossible grid and the missing image", () => {
    expect(thrown(() => sprites({ size: 8 })).message).toMatch(/^sprites: size: /);
    const unknown = thrown(() => sprites({ position: 4 } as never));
    expect([unknown.code, unknown.message, unknown.hint]).toEqual([
      "config",
      "sprites: unknown option: position",
      'did you mean "positions"?',
    ]);
    expect(thrown(() => sprites({ shapes: ["heart", "heart"] })).message).toBe(
      "sprites: shapes: a shape is listed twice",
    );
    expect(thrown(() => sprites({ positions: 256, orientations: 360 })).message).toContain("424673280");
    const missing = thrown(() => sprites({ positions: 2 }).images.read([720], new Uint8Array(4096)));
    expect([missing.code, missing.message]).toEqual(["shape", "there is no image 720"]);
  });

  it("fills in the defaults", () => {
    expect(spritesOptions.parse({})).toEqual({
      size: 64,
      shapes: ["square", "ellipse", "heart"],
      scales: 6,
      orientations: 10,
      positions: 16,
    });
  });
});
