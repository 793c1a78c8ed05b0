import { expect, test } from "vitest";
import { parseJson, stringifyJson } from "./json.ts";

test("non-finite numbers survive, at any depth", () => {
  const value = {
    loss: Number.NaN,
    kl: [Number.POSITIVE_INFINITY, 1.5, Number.NEGATIVE_INFINITY],
    name: "x",
  };
  const text = stringifyJson(value);
  expect(text).toBe('{"loss":"NaN","kl":["Infinity",1.5,"-Infinity"],"name":"x"}');
  expect(parseJson(text)).toEqual(value);
});

test("typed arrays become arrays, their non-finite values strings", () => {
  expect(stringifyJson({ kl: Float32Array.of(0.5, Number.NaN) })).toBe('{"kl":[0.5,"NaN"]}');
  expect(stringifyJson(Int32Array.of(1, 2))).toBe("[1,2]");
});

test("what JSON has no word for becomes null, as one value", () => {
  expect(stringifyJson(undefined)).toBe("null");
});
