import { describe, expect, it } from "vitest";
import { bootstrap, bootstrapEach, Draws, gather, gatherLevels, meanOf } from "./sampling.ts";

const COUNT = 400;
/** Half zeros, half ones: mean ½, standard deviation ½. */
const coins = Float64Array.from({ length: COUNT }, (_, i) => i % 2);
const input = { train: new Uint32Array(COUNT), replicates: 3000, seed: 1, pause: async () => {} };
const options = { resampled: "coins" };
/** 1.96 · σ / √n, what a bootstrap of the mean must find, however many rows its replicates have. */
const halfWidth = (1.96 * 0.5) / Math.sqrt(COUNT);

describe("bootstrap intervals of a mean against the closed form", () => {
  it("of all rows", async () => {
    const interval = await bootstrap(0.5, input, options, (rows) => meanOf(coins, rows));
    expect(Math.abs((0.5 - interval.low) / halfWidth - 1)).toBeLessThan(0.05);
    expect(interval.high - 0.5).toBeCloseTo(0.5 - interval.low, 12);
    expect(interval).toMatchObject({ level: 0.95, replicates: 3000, resampled: "coins" });
  });

  it.each([100, 25])("of replicates of %d rows, scaled to all", async (size) => {
    const sizes = new Set<number>();
    const interval = await bootstrap(0.5, input, { ...options, size }, async (rows) => {
      sizes.add(rows.length);
      return meanOf(coins, rows);
    });
    expect([...sizes]).toEqual([size]);
    expect(Math.abs((0.5 - interval.low) / halfWidth - 1)).toBeLessThan(0.05);
  });

  it("of two replicates, by hand: deviation |a − b| / √2, about the score and not about their mean", async () => {
    const [first, second] = await bootstrapEach([0.5, 0.9], { ...input, replicates: 2 }, options, (rows) => {
      const side = rows === seen[0] || seen.length === 0 ? 0 : 1;
      seen.push(rows);
      return [0.2 + 0.1 * side, 0.1 + 0.3 * side];
    });
    expect(first!.low).toBeCloseTo(0.5 - (1.96 * 0.1) / Math.SQRT2, 12);
    expect(first!.high).toBeCloseTo(0.5 + (1.96 * 0.1) / Math.SQRT2, 12);
    expect(second!.low).toBeCloseTo(0.9 - (1.96 * 0.3) / Math.SQRT2, 12);
    expect(second!.high).toBe(1);
  });
  const seen: Uint32Array[] = [];

  it("stays within what the score can be: [0, 1], or the range given", async () => {
    let turn = 0;
    const jumpy = () => (turn++ % 2) * 8;
    expect(await bootstrap(0.4, { ...input, replicates: 4 }, options, jumpy)).toMatchObject({
      low: 0,
      high: 1,
    });
    const wide = await bootstrap(0.4, { ...input, replicates: 4 }, { range: [-1, 50] }, jumpy);
    expect(wide.low).toBe(-1);
    // Deviation of 0, 8, 0, 8: √(4·16 / 3).
    expect(wide.high).toBeCloseTo(0.4 + 1.96 * Math.sqrt(64 / 3), 12);
  });

  it("of halves without replacement, as wide as of all rows", async () => {
    const interval = await bootstrap(0.5, input, { halves: true }, (rows) => {
      expect(new Set(rows).size).toBe(COUNT / 2);
      return meanOf(coins, rows);
    });
    expect(Math.abs((0.5 - interval.low) / halfWidth - 1)).toBeLessThan(0.05);
    expect(interval.resampled).toBe("samples");
  });

  it("of fewer replicates than are asked for, where so many would take too long; of other rows than the training ones", async () => {
    const asked: number[] = [];
    const given = { ...options, mostReplicates: 2, count: 7 };
    const few = await bootstrap(0.3, input, given, (rows) => asked.push(rows.length));
    expect([few.replicates, ...asked]).toEqual([2, 7, 7]);
    const more = await bootstrap(0.3, { ...input, replicates: 1 }, given, () => 1);
    expect(more.replicates).toBe(1);
  });

  it("is the score itself for one replicate; asks before each", async () => {
    let asked = 0;
    const pause = async () => void asked++;
    const once = await bootstrap(0.3, { ...input, replicates: 1, pause }, options, () => 0.9);
    expect([once.low, once.high]).toEqual([0.3, 0.3]);
    expect(asked).toBe(1);
  });

  it("draws the same rows for the same seed, others for another seed and for each replicate", async () => {
    const rowsOf = async (seed: number) => {
      const all: string[] = [];
      await bootstrap(0, { ...input, seed, replicates: 3 }, options, (rows) => all.push(rows.join()));
      return all;
    };
    expect(await rowsOf(1)).toEqual(await rowsOf(1));
    expect(new Set([...(await rowsOf(1)), ...(await rowsOf(2))]).size).toBe(6);
  });
});

describe("Draws", () => {
  it("are uniform whole numbers from 0 to count − 1", async () => {
    const draws = new Draws(0, "test");
    const times = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) times[draws.below(7)]!++;
    expect(times).toHaveLength(7);
    // 10 000 each, standard deviation 93.
    for (const count of times) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it("reach numbers that one 24-bit uniform can't", async () => {
    const draws = new Draws(0, "test");
    const large = Array.from({ length: 1000 }, () => draws.below(2 ** 28));
    // Multiples of 16 only if the fine half were missing.
    expect(large.filter((one) => one % 16 !== 0).length).toBeGreaterThan(850);
    expect(Math.max(...large)).toBeLessThan(2 ** 28);
  });

  it("go on after a block without repeating it", async () => {
    const draws = new Draws(0, "test");
    const [first, second] = [0, 1].map(() => draws.rows(4096, 1e6).join());
    expect(first).not.toBe(second);
    expect(new Draws(0, "test").rows(4096, 1e6).join()).toBe(first);
    expect(new Draws(0, "other").rows(4096, 1e6).join()).not.toBe(first);
  });
});

it("gather takes rows in the order given, in the columns' own precision", () => {
  const columns = [Float32Array.of(0.1, 2, 3), Float64Array.of(0.1, 5, 6)];
  const [a, b] = gather(columns, Uint32Array.of(2, 0, 0));
  expect(a).toEqual(Float32Array.of(3, 0.1, 0.1));
  expect(b).toEqual(Float64Array.of(6, 0.1, 0.1));
  expect([...gatherLevels(Int32Array.of(7, 8, 9), Uint32Array.of(1, 1, 2))]).toEqual([8, 8, 9]);
  expect(meanOf(Float64Array.of(1, 2, 4), Uint32Array.of(2, 2, 0))).toBe(3);
});
