import { expect, test } from "vitest";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { canonicalJson } from "../base/json.ts";
import { differences } from "./differences.ts";
import { identityOf } from "./identity.ts";

test("the order of keys doesn't matter, that of lists does; undefined is absent", () => {
  expect(canonicalJson({ b: 1, a: { d: [2, 1], c: undefined } })).toBe('{"a":{"d":[2,1]},"b":1}');
});

test("the identity is a hash that two resolutions agree on", () => {
  expect(identityOf(smallConfig())).toBe(identityOf(smallConfig()));
  expect(identityOf(smallConfig())).toMatch(/^[0-9a-f]{64}$/);
});

test("name, threads and device decide nothing; seed, β and epochs do", () => {
  const config = smallConfig();
  expect(identityOf({ ...config, name: "other", threads: 7, device: "webgpu" })).toBe(identityOf(config));
  for (const set of ["seed=1", "objective.beta=2", "training.epochs=3"]) {
    expect(identityOf(smallConfig(set))).not.toBe(identityOf(config));
  }
});

test("a section on one side alone is one difference; equal values are none", () => {
  expect(differences({ a: { b: 1 }, c: [1] }, { a: 3, c: [1] })).toEqual([
    { key: "a", before: { b: 1 }, after: 3 },
  ]);
  expect(differences({ a: 3 }, { a: { b: 1 } })).toEqual([{ key: "a", before: 3, after: { b: 1 } }]);
  expect(differences({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toEqual([]);
});

test("differences by path", () => {
  const a = { seed: 0, objective: { kind: "beta", beta: 1 }, clip: 5 };
  const b = { seed: 0, objective: { kind: "beta", beta: 4 } };
  expect(differences(a, b)).toEqual([
    { key: "objective.beta", before: 1, after: 4 },
    { key: "clip", before: 5, after: undefined },
  ]);
});
