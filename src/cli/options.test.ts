import { describe, expect, test } from "vitest";
import { choice, decimal, flag, repeated, setOption, text, wholeNumber } from "./options.ts";

const given = (...texts: string[]) => ({ texts, from: "--x" });

test("absent: undefined, false, none", () => {
  expect(text("--x <t>", "").read(given())).toBeUndefined();
  expect(wholeNumber("--x <n>", "").read(given())).toBeUndefined();
  expect(flag("--x", "").read(given())).toBe(false);
  expect(repeated("--x <t>", "").read(given())).toEqual([]);
});

test("given twice: the last wins, except where repeating means more", () => {
  expect(text("--x <t>", "").read(given("a", "b"))).toBe("b");
  expect(repeated("--x <t>", "").read(given("a", "b"))).toEqual(["a", "b"]);
});

test("an empty text is refused", () => {
  expect(() => text("--x <t>", "").read(given(""))).toThrow("--x is empty");
});

test("whole numbers have a least", () => {
  const epochs = wholeNumber("--x <n>", "", { minimum: 1 });
  expect(epochs.read(given("3"))).toBe(3);
  expect(() => epochs.read(given("0"))).toThrow('--x: "0" is not a whole number from 1 to');
});

describe("decimal", () => {
  const share = decimal("--x <n>", "", { minimum: 0, maximum: 1 });
  test.each([
    ["0.25", 0.25],
    [".5", 0.5],
    ["1e-3", 0.001],
    ["1.", 1],
  ])("%s", (written, value) => expect(share.read(given(written))).toBe(value));
  test.each(["1.5", "-0.1", "x", "0x1", "NaN", "Infinity", "1e999"])("%s is refused", (written) => {
    expect(() => share.read(given(written))).toThrow(`--x: "${written}" is not a number from 0 to 1`);
  });
});

test("choice suggests the nearest", () => {
  const format = choice("--x <f>", "how", ["onnx", "safetensors"]);
  expect(format.description).toBe("how (onnx, safetensors)");
  expect(format.read(given("onnx"))).toBe("onnx");
  try {
    format.read(given("onx"));
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: "usage", message: '--x: "onx" is none of its values' });
    expect(error).toMatchObject({ hint: 'did you mean "onnx"?' });
  }
});

test("--set: the first = splits, the value may hold anything or nothing", () => {
  expect(setOption.read(given("a.b=1", "c=", "d=x=y"))).toEqual(["a.b=1", "c=", "d=x=y"]);
  for (const wrong of ["a", "=1", "a b=1", ""])
    expect(() => setOption.read(given(wrong))).toThrow("path=value");
});
