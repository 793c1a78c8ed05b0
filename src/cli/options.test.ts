import { describe, expect, test } from "vitest";
import { BetalabError } from "../base/errors.ts";
import type { OptionDescription } from "../workbench/index.ts";
import { flagOf, flagsOf, helpOf, readOption, withFlags } from "./options.ts";

const option = (more: Partial<OptionDescription>): OptionDescription => ({
  name: "x",
  type: "string",
  description: "",
  ...more,
});
const read = (more: Partial<OptionDescription>, ...texts: string[]) =>
  readOption(option(more), { texts, from: "--x" });

test("absent is absent; a flag that is there is true", () => {
  expect(read({})).toBeUndefined();
  expect(read({ type: "boolean" })).toBeUndefined();
  expect(read({ type: "boolean" }, "")).toBe(true);
});

test("given twice: the last wins, except where repeating means more", () => {
  expect(read({}, "a", "b")).toBe("b");
  expect(read({ list: true, repeated: true }, "a,c", "b")).toEqual(["a,c", "b"]);
  expect(read({ list: true }, "a, c", "b")).toEqual(["a", "c", "b"]);
  expect(read({ list: true, type: "integer" }, "3,8")).toEqual([3, 8]);
});

test("an empty text is refused, also between commas", () => {
  expect(() => read({}, "")).toThrow("--x is empty");
  expect(() => read({ list: true }, "a,,b")).toThrow("--x is empty");
});

describe("numbers", () => {
  test.each([
    ["0.25", 0.25],
    [".5", 0.5],
    ["1e-3", 0.001],
    ["-1.", -1],
  ])("%s", (written, value) => expect(read({ type: "number" }, written)).toBe(value));
  test.each(["x", "0x1", "NaN", "Infinity", "1e999"])("%s is refused", (written) => {
    expect(() => read({ type: "number" }, written)).toThrow(`--x: "${written}" is not a number`);
  });
  test("whole ones have no fraction", () => {
    expect(read({ type: "integer" }, "-3")).toBe(-3);
    expect(() => read({ type: "integer" }, "1.5")).toThrow('--x: "1.5" is not a whole number');
  });
});

test("a choice suggests the nearest", () => {
  const choices = ["onnx", "safetensors"];
  expect(read({ choices }, "onnx")).toBe("onnx");
  expect(() => read({ choices }, "onx")).toThrow(
    expect.objectContaining({
      code: "usage",
      message: '--x: "onx" is not one of its values',
      hint: 'did you mean "onnx"?',
    }),
  );
});

test("flags and help follow from the description", () => {
  expect(flagOf("fromLabel")).toBe("--from-label");
  expect(flagsOf(option({ name: "oneWay", type: "boolean" }))).toBe("--one-way");
  expect(flagsOf(option({ name: "delay", type: "integer", unit: "ms" }))).toBe("--delay <milliseconds>");
  expect(flagsOf(option({ name: "dims", type: "integer", list: true }))).toBe("--dims <numbers>");
  expect(flagsOf(option({ name: "data", placeholder: "folder" }))).toBe("--data <folder>");
  expect(helpOf(option({ description: "how", choices: ["a", "b"], default: "a" }))).toBe(
    "how (a, b) (default: a)",
  );
  expect(helpOf(option({ description: "time", default: 80, unit: "ms" }))).toBe("time (default: 80 ms)");
  expect(helpOf(option({ description: "more", default: [], environment: "BETALAB_X" }))).toBe(
    "more [BETALAB_X]",
  );
});

test("options in backticks become flags, other words stay", () => {
  const error = withFlags(new BetalabError("usage", "`oneWay` and `other`", "leave `oneWay` out"), [
    "oneWay",
  ]);
  expect(error).toMatchObject({ message: "--one-way and `other`", hint: "leave --one-way out" });
  const other = new Error("x");
  expect(withFlags(other, ["x"])).toBe(other);
});
