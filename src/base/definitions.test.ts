import { expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { pick } from "./definitions.ts";

const list = [{ name: "alpha" }, { name: "beta" }];

test("picks by name", () => {
  expect(pick(list, "beta", "objective.kind")).toBe(list[1]);
});

test.each([
  ["bta", 'unknown objective.kind "bta"', 'did you mean "beta"?'],
  ["x", 'unknown objective.kind "x"', "choose one of: alpha, beta"],
  [{ a: 1 }, 'unknown objective.kind {"a":1}', "choose one of: alpha, beta"],
  [undefined, "unknown objective.kind undefined", "choose one of: alpha, beta"],
])("%j is unknown", async (name, message, hint) => {
  const error = await failure("config", () => pick(list, name as string, "objective.kind"));
  expect([error.message, error.hint]).toEqual([message, hint]);
});
