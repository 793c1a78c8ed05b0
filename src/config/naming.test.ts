import { expect, test } from "vitest";
import { runNames, shortKeys } from "./naming.ts";

test("runs are named by their settings, keys by their last part", () => {
  const names = runNames([
    { "objective.beta": 4, seed: 0 },
    { "objective.beta": 0.5, seed: 0 },
  ]);
  expect(names).toEqual(["beta-4_seed-0", "beta-0.5_seed-0"]);
});

test("keys with the same last part keep more of their path", () => {
  expect([...shortKeys(["objective.kind", "model.likelihood.kind", "seed"]).values()]).toEqual([
    "objective.kind",
    "likelihood.kind",
    "seed",
  ]);
});

test("objects, lists and text become folder names", () => {
  const names = runNames([
    { "model.hidden": [400, 200] },
    { "objective.beta": { schedule: "linear", start: 0, end: 4 } },
    { "data.path": "../my data/faces" },
    { "optimizer.epsilon": 1e-8 },
    {},
  ]);
  expect(names).toEqual(["hidden-400-200", "beta-linear-0-4", "path-my-data-faces", "epsilon-1e-8", "run"]);
});

test("names that would be equal, or too long, get a digest", () => {
  const [a, b, c] = runNames([{ x: "a b" }, { x: "a/b" }, { x: "y".repeat(300) }]);
  expect(a).toMatch(/^x-a-b-[0-9a-f]{8}$/);
  expect(b).toMatch(/^x-a-b-[0-9a-f]{8}$/);
  expect(a).not.toBe(b);
  expect(c).toHaveLength(109);
});

test("names that differ in case alone are one folder on some systems: they get a digest too", () => {
  const [a, b, c] = runNames([{ kind: "Mine" }, { kind: "mine" }, { kind: "other" }]);
  expect(a).toMatch(/^kind-Mine-[0-9a-f]{8}$/);
  expect(b).toMatch(/^kind-mine-[0-9a-f]{8}$/);
  expect(c).toBe("kind-other");
});

test("as many as a sweep may have are named in a moment", { timeout: 4000 }, () => {
  const names = runNames(Array.from({ length: 100_000 }, (_, seed) => ({ "objective.beta": 4, seed })));
  expect(new Set(names).size).toBe(100_000);
});
