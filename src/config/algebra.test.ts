import { expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { expand, type Space } from "./algebra.ts";

test("grid: every combination, the last key fastest", () => {
  expect(expand({ grid: { beta: [1, 4], seed: [0, 1, 2] } })).toEqual([
    { beta: 1, seed: 0 },
    { beta: 1, seed: 1 },
    { beta: 1, seed: 2 },
    { beta: 4, seed: 0 },
    { beta: 4, seed: 1 },
    { beta: 4, seed: 2 },
  ]);
});

test("zip: values side by side", () => {
  expect(expand({ zip: { gamma: [10, 100], capacity: [5, 25] } })).toEqual([
    { gamma: 10, capacity: 5 },
    { gamma: 100, capacity: 25 },
  ]);
});

test("zip of lists of different lengths names them", async () => {
  const error = await failure("config", () => expand({ zip: { a: [1, 2], b: [1] } }));
  expect(error.message).toBe("zip needs lists of one length: a has 2, b has 1");
});

test("chain: one after the other; product: all with all; nested", () => {
  const objectives = {
    chain: [
      { grid: { kind: ["beta"], beta: [1, 4] } },
      { list: [{ kind: "dip", od: 10 }] },
      { zip: { kind: ["capacity"], gamma: [100] } },
    ],
  };
  const seeds = { grid: { seed: [0, 1] } };
  expect(expand({ product: [objectives, seeds] })).toEqual([
    { kind: "beta", beta: 1, seed: 0 },
    { kind: "beta", beta: 1, seed: 1 },
    { kind: "beta", beta: 4, seed: 0 },
    { kind: "beta", beta: 4, seed: 1 },
    { kind: "dip", od: 10, seed: 0 },
    { kind: "dip", od: 10, seed: 1 },
    { kind: "capacity", gamma: 100, seed: 0 },
    { kind: "capacity", gamma: 100, seed: 1 },
  ]);
});

test("a slip that would fill the memory is refused before it does", async () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => i);
  const spaces: Space[] = [
    { grid: { a: thousand, b: thousand } },
    { product: [{ zip: { a: thousand } }, { list: thousand.map((b) => ({ b })) }] },
    { chain: Array.from({ length: 101 }, () => ({ grid: { a: thousand } })) },
  ];
  for (const [i, runs] of ["1,000,000", "1,000,000", "101,000"].entries()) {
    const error = await failure("config", () => expand(spaces[i]!));
    expect(error.message).toBe(`the sweep has ${runs} runs: expected at most 100,000`);
  }
  expect(expand({ grid: { a: thousand, b: thousand.slice(0, 100) } })).toHaveLength(100_000);
  expect(expand({ product: [] })).toEqual([{}]);
  expect([expand({ zip: {} }), expand({ chain: [] }), expand({ grid: {} })]).toEqual([[], [], [{}]]);
});

test("a key that two factors set is an error", async () => {
  const twice = { product: [{ grid: { seed: [0] } }, { list: [{ seed: 1 }] }] };
  const error = await failure("config", () => expand(twice));
  expect(error.message).toBe("the sweep sets seed twice: to 0 and to 1");
});
