import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillNormal, fillUniform, permutation, philox4x32, randomKey } from "./random.ts";

const ONES = 0xffffffff;

/** The known answers that Random123 ships (kat_vectors, "philox4x32 10"). */
const knownAnswers: { key: [number, number]; counter: number[]; words: number[] }[] = [
  { key: [0, 0], counter: [0, 0, 0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    key: [ONES, ONES],
    counter: [ONES, ONES, ONES, ONES],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    key: [0xa4093822, 0x299f31d0],
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

describe("philox4x32", () => {
  test.each(knownAnswers)("known answer $#", ({ key, counter, words }) => {
    const out = new Uint32Array(4);
    philox4x32(key[0], key[1], counter[0]!, counter[1]!, counter[2]!, counter[3]!, out);
    expect([...out]).toEqual(words);
  });

  test("agrees with 64-bit integer arithmetic everywhere", () => {
    const word = fc.integer({ min: 0, max: ONES });
    fc.assert(
      fc.property(word, word, word, word, word, word, (k0, k1, c0, c1, c2, c3) => {
        const out = new Uint32Array(4);
        philox4x32(k0, k1, c0, c1, c2, c3, out);
        expect([...out]).toEqual(exactPhilox([k0, k1], [c0, c1, c2, c3]));
      }),
    );
  });
});

describe("streams", () => {
  const COUNT = 200_000;
  const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  const moment = (values: Float64Array, order: number): number => mean(values.map((x) => x ** order));

  test("uniforms: moments, range, exact in float32", () => {
    const values = new Float64Array(COUNT);
    fillUniform(values, { seed: 1, stream: "moments" });
    // Five standard errors of each estimate.
    const tolerance = 5 / Math.sqrt(COUNT);
    expect(Math.abs(mean(values) - 1 / 2)).toBeLessThan(tolerance * Math.sqrt(1 / 12));
    expect(Math.abs(moment(values, 2) - 1 / 3)).toBeLessThan(tolerance * Math.sqrt(4 / 45));
    expect(values.every((x) => x >= 0 && x < 1 && Math.fround(x) === x)).toBe(true);
  });

  test("normals: first four moments, tails, no correlation within a pair", () => {
    const values = new Float64Array(COUNT);
    fillNormal(values, { seed: 1, stream: "moments" });
    const tolerance = 5 / Math.sqrt(COUNT);
    expect(Math.abs(mean(values))).toBeLessThan(tolerance);
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(tolerance * Math.sqrt(2));
    expect(Math.abs(moment(values, 3))).toBeLessThan(tolerance * Math.sqrt(15));
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(tolerance * Math.sqrt(96));
    const beyond = values.filter((x) => Math.abs(x) > 1.959964).length / COUNT;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(tolerance * Math.sqrt(0.05 * 0.95));
    let product = 0;
    for (let i = 0; i < COUNT; i += 2) product += values[i]! * values[i + 1]!;
    expect(Math.abs(product / (COUNT / 2))).toBeLessThan(tolerance * Math.SQRT2);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test("are the blocks of Philox, one counter after the other", () => {
    const at = { seed: 2 ** 35 + 9, stream: "noise", step: 2 ** 33 + 5 };
    const { k0, k1, c1, c2, c3 } = randomKey(at);
    const [values, words] = [new Float64Array(42), new Uint32Array(44)];
    fillUniform(values, at);
    for (let block = 0; block < 11; block++) philox4x32(k0, k1, block, c1, c2, c3, words, 4 * block);
    expect([...values]).toEqual(Array.from(words.subarray(0, 42), (word) => (word >>> 8) / 2 ** 24));
  });

  test("a shorter fill is the beginning of a longer one, in either precision", () => {
    const at = { seed: 7, stream: "noise", step: 3 };
    const [long, short] = [new Float64Array(103), new Float32Array(41)];
    fillNormal(long, at);
    fillNormal(short, at);
    expect([...short]).toEqual([...long.subarray(0, 41)].map(Math.fround));
  });

  test("seed, stream and step each change the numbers, beyond 32 bits too", () => {
    const first = (seed: number, stream: string, step: number): number => {
      const out = new Float64Array(1);
      fillUniform(out, { seed, stream, step });
      return out[0]!;
    };
    const big = 2 ** 40;
    const draws = [
      first(0, "a", 0),
      first(1, "a", 0),
      first(big, "a", 0),
      first(0, "b", 0),
      first(0, "a", 1),
      first(0, "a", big),
    ];
    expect(new Set(draws).size).toBe(draws.length);
  });
});

describe("permutation", () => {
  test("has every index once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.nat(), (count, seed) => {
        const sorted = permutation(count, { seed, stream: "shuffle" }).toSorted();
        expect([...sorted]).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  test("every order of three is equally likely", () => {
    const counts = new Map<string, number>();
    const draws = 12_000;
    for (let step = 0; step < draws; step++) {
      const order = permutation(3, { seed: 5, stream: "shuffle", step }).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const expected = draws / 6;
    let chiSquare = 0;
    for (const count of counts.values()) chiSquare += (count - expected) ** 2 / expected;
    expect(chiSquare).toBeLessThan(20.5); // 99.9 % of χ² with 5 degrees of freedom
  });
});

/** Philox4x32-10 as the paper writes it, in integers of any size. */
function exactPhilox(key: [number, number], counter: [number, number, number, number]): number[] {
  const mask = 0xffffffffn;
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0;
    const product1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & mask,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & mask,
    ];
    [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
  }
  return [c0, c1, c2, c3].map(Number);
}
