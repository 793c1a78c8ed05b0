import { describe, expect, test } from "vitest";
import { type Fields, parseFilter } from "./filter.ts";

const runs: readonly (Fields & { readonly name: string })[] = [
  {
    name: "beta-1_seed-0",
    status: "finished",
    "objective.beta": 1,
    seed: 0,
    negativeElbo: 104.2,
    data: "MNIST",
  },
  { name: "beta-4_seed-0", status: "running", "objective.beta": 4, seed: 0, data: "sprites" },
  {
    name: "beta-4_seed-1",
    status: "failed",
    "objective.beta": 4,
    seed: 1,
    negativeElbo: 112,
    data: "sprites",
  },
  {
    name: "two words",
    status: "finished",
    "objective.beta": 8,
    "objective.gamma": 2,
    seed: 10,
    sweep: "betas/a",
  },
];
const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
const found = (text: string): string[] => {
  const { matches, problem } = parseFilter(text, names);
  expect(problem).toBeUndefined();
  return runs.filter(matches).map(({ name }) => name);
};
const problem = (text: string): string | undefined => parseFilter(text, names).problem;

describe("a filter", () => {
  test("compares a field, by its end where only one has it", () => {
    expect(found("objective.beta>=4 seed<1")).toEqual(["beta-4_seed-0"]);
    expect(found("beta>2 status:finished")).toEqual(["two words"]);
    expect(found("BETA=1")).toEqual(["beta-1_seed-0"]);
  });

  test("a run without the number is on neither side of it", () => {
    expect(found("elbo<110")).toEqual(["beta-1_seed-0"]);
    expect(found("elbo>=110")).toEqual(["beta-4_seed-1"]);
    expect(found("negativeElbo:none")).toEqual(["beta-4_seed-0", "two words"]);
  });

  test("numbers are the same number, texts begin alike or fit a star; a comma is any of them", () => {
    expect(found("seed:1")).toEqual(["beta-4_seed-1"]);
    expect(found("seed:1,10")).toEqual(["beta-4_seed-1", "two words"]);
    expect(found("status:fin")).toEqual(["beta-1_seed-0", "two words"]);
    expect(found("name:*seed-1")).toEqual(["beta-4_seed-1"]);
    expect(found("status!=finished")).toEqual(["beta-4_seed-0", "beta-4_seed-1"]);
  });

  test("words are looked for in every text, quoted ones as they stand", () => {
    expect(found("SPRITES")).toEqual(["beta-4_seed-0", "beta-4_seed-1"]);
    expect(found('"two words"')).toEqual(["two words"]);
    expect(found('name:"two words"')).toEqual(["two words"]);
    expect(found('"beta>2"')).toEqual([]);
  });

  test("a minus takes out, or joins alternatives", () => {
    expect(found("-status:finished -seed:1")).toEqual(["beta-4_seed-0"]);
    expect(found("status:failed or beta>4 seed>5")).toEqual(["beta-4_seed-1", "two words"]);
    expect(found("")).toHaveLength(4);
  });

  test("what can't be understood is said, and filters nothing", () => {
    expect(problem("bta>2")).toMatch(/^no run has a field bta; did you mean/);
    expect(problem("beta>much")).toBe("beta>much: much is not a number");
    expect(problem("beta>")).toBe("beta> needs a value: beta>4");
    expect(problem("or beta:4")).toMatch(/^or stands between two conditions/);
    expect(parseFilter("bta>2", names).matches(runs[0]!)).toBe(true);
    expect(parseFilter("a.x:1", ["b.a.x", "c.a.x"]).problem).toBe("a.x may be b.a.x or c.a.x");
  });
});
