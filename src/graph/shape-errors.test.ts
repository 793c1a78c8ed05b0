/** Mistakes in a graph are found while it is built, and the error names the operator and what it was given. */

import { describe, expect, test } from "vitest";
import { BetalabError } from "../base/errors.ts";
import * as g from "./index.ts";
import { apply } from "./tensor.ts";

const x = (shape: g.Shape, dtype: g.DType = "float32") => g.input("x", shape, dtype);
const window = { stride: 2, padding: 1 };

/** The message of the shape error that `build` throws. */
function shapeMessage(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(BetalabError);
    expect((error as BetalabError).code).toBe("shape");
    return (error as BetalabError).message;
  }
  throw new Error("nothing was thrown");
}

describe("building", () => {
  test.each<[string, () => unknown, string]>([
    ["add", () => g.add(x([2, 3]), x([2, 4])), "add: [2, 3] and [2, 4] do not broadcast at axis 1"],
    [
      "add of two symbolic sizes",
      () => g.add(x(["batch", 3]), x(["count", 3])),
      "add: [batch, 3] and [count, 3] do not broadcast at axis 0",
    ],
    [
      "multiply",
      () => g.multiply(x([2]), x([2], "uint8")),
      "multiply: element types differ: float32 and uint8",
    ],
    ["matmul", () => g.matmul(x([2, 3]), x([4, 5])), "matmul: [2, 3] · [4, 5]: inner sizes 3 and 4 differ"],
    [
      "matmul, transposed",
      () => g.matmul(x([2, 3]), x([2, 3]), true, true),
      "matmul: [2, 3]ᵀ · [2, 3]ᵀ: inner sizes 2 and 3 differ",
    ],
    [
      "matmul of bytes",
      () => g.matmul(x([2, 3], "uint8"), x([3, 2])),
      "matmul: needs float32, got uint8[2, 3]",
    ],
    ["matmul of a vector", () => g.matmul(x([2]), x([2, 3])), "matmul: [2] · [2, 3]: needs two matrices"],
    [
      "linear",
      () => g.linear(x(["batch", 3]), x([5, 3]), x([4])),
      "matmul: [batch, 3] · [5, 3]ᵀ: a bias of shape [4] does not fit [5]",
    ],
    [
      "conv2d, channels",
      () => g.conv2d(x([1, 3, 8, 8]), x([4, 2, 3, 3]), undefined, window),
      "conv2d: input [1, 3, 8, 8] has 3 channels, kernel [4, 2, 3, 3] takes 2",
    ],
    [
      "conv2d, bias",
      () => g.conv2d(x([1, 2, 8, 8]), x([4, 2, 3, 3]), x([3]), window),
      "conv2d: a bias float32[3] does not fit 4 channels",
    ],
    [
      "conv2d, a bias of integers",
      () => g.conv2d(x([1, 2, 8, 8]), x([4, 2, 3, 3]), x([4], "int32"), window),
      "conv2d: a bias int32[4] does not fit 4 channels",
    ],
    ...[
      { stride: 1.5, padding: 0 },
      { stride: 0, padding: 0 },
      { stride: 1, padding: -1 },
      { stride: 1, padding: Number.NaN },
    ].map(({ stride, padding }): [string, () => unknown, string] => [
      `conv2d, stride ${stride} and padding ${padding}`,
      () => g.conv2d(x([1, 2, 8, 8]), x([4, 2, 3, 3]), undefined, { stride, padding }),
      `conv2d: stride ${stride} and padding ${padding} must be integers, from 1 and 0 on`,
    ]),
    [
      "conv2d, kernel too large",
      () => g.conv2d(x([1, 2, 2, 8]), x([4, 2, 5, 5]), undefined, { stride: 1, padding: 1 }),
      "conv2d: kernel [4, 2, 5, 5] is larger than the padded input [1, 2, 2, 8]",
    ],
    [
      "conv2d of a matrix",
      () => g.conv2d(x([2, 8]), x([4, 2, 3, 3]), undefined, window),
      "conv2d: the input must be a float32 [batch, channel, height, width], got float32[2, 8]",
    ],
    [
      "convTranspose2d",
      () => g.convTranspose2d(x([1, 2, 4, 4]), x([2, 3, 3, 3]), x([3]), { ...window, outputPadding: 2 }),
      "convTranspose2d: outputPadding 2 must be at least 0 and below the stride 2",
    ],
    [
      "convTranspose2d, channels",
      () => g.convTranspose2d(x([1, 5, 4, 4]), x([2, 3, 3, 3]), x([3]), window),
      "convInputGradient: [1, 5, 4, 4] has 5 channels, kernel [2, 3, 3, 3] makes 2",
    ],
    ["reshape", () => g.reshape(x([2, 3]), [4]), "reshape: [2, 3] does not hold the elements of [4]"],
    [
      "reshape that loses the batch",
      () => g.reshape(x(["batch", 3]), [3]),
      "reshape: [batch, 3] does not hold the elements of [3]",
    ],
    [
      "transpose",
      () => g.transpose(x([2, 3]), [0, 0]),
      "transpose: order [0, 0] is no permutation of [2, 3]",
    ],
    [
      "transpose of some axes",
      () => g.transpose(x([2, 3, 4]), [0, 1]),
      "transpose: order [0, 1] is no permutation of [2, 3, 4]",
    ],
    ["sum", () => g.sum(x([2, 3]), [2]), "sum: axis 2 is not one of [2, 3]"],
    [
      "mean over the batch",
      () => g.mean(x(["batch", 3]), [0]),
      "mean: axis 0 of [batch, 3] must be a number",
    ],
    ["flatten", () => g.flatten(x([2, "width", 3])), "flatten: axis 1 of [2, width, 3] must be a number"],
    ["constant", () => g.constant(new Float32Array(3), [2, 2]), "constant: 3 elements do not fill [2, 2]"],
    ["gradients", () => g.gradients(x([2]), []), "gradients: the loss must be a scalar, not [2]"],
  ])("%s", (_, build, message) => expect(shapeMessage(build)).toContain(message));

  test.each<[string, () => unknown, RegExp]>([
    ["slice", () => g.slice(x([2, 3]), 1, 2, 5), /^slice: .*\[2, 3\]/],
    ["concatenate", () => g.concatenate([x([2, 3]), x([4, 4])], 0), /^concatenate: .*\[2, 3\].*\[4, 4\]/],
    ["broadcastTo", () => g.broadcastTo(x([2, 3]), [4, 3]), /^broadcast\w*: .*\[2, 3\].*\[4, 3\]/],
  ])("%s names its shapes", (_, build, message) => expect(shapeMessage(build)).toMatch(message));
});

describe("running the interpreter", () => {
  const y = g.add(g.input("a", ["batch", 2]), g.input("b", ["batch", 2]));
  const value = (shape: readonly number[]): g.Value => ({
    dtype: "float32",
    shape,
    data: new Float32Array(g.elementCount(shape)),
  });

  test("an input that is missing", () => {
    expect(shapeMessage(() => g.interpret({ y }, { a: value([1, 2]) }))).toBe(
      'input "b" (float32[batch, 2]) is missing',
    );
  });

  test("an input of another shape", () => {
    expect(shapeMessage(() => g.interpret({ y }, { a: value([1, 3]), b: value([1, 3]) }))).toBe(
      'input "a" is float32[1, 3], but the graph declares float32[batch, 2]',
    );
  });

  test("an input whose data does not fill its shape", () => {
    const short: g.Value = { dtype: "float32", shape: [3, 2], data: new Float32Array(4) };
    expect(shapeMessage(() => g.interpret({ y }, { a: short, b: value([3, 2]) }))).toBe(
      'input "a" has 4 elements, float32[batch, 2] takes 6',
    );
  });

  test("two sizes for one name", () => {
    expect(shapeMessage(() => g.interpret({ y }, { a: value([1, 2]), b: value([3, 2]) }))).toBe(
      'input "b" is float32[3, 2], but the graph declares float32[batch, 2]',
    );
  });
});

test("a gradient of what the loss does not depend on is zero, in its shape", () => {
  const [a, b] = [g.input("a", [2]), g.input("b", [3, 1])];
  const [forA, forB] = g.gradients(g.sum(g.square(a)), [a, b]);
  const feeds: Record<string, g.Value> = {
    a: { dtype: "float32", shape: [2], data: Float32Array.of(3, -1) },
  };
  const result = g.interpret({ forA: forA!, forB: forB! }, feeds);
  expect([...(result.forA.data as Float32Array)]).toEqual([6, -2]);
  expect(result.forB).toEqual({ dtype: "float32", shape: [3, 1], data: new Float32Array(3) });
});

test("a gradient through an operator that has none is refused by name", () => {
  const a = g.input("a", [2]);
  const { gradient, ...rest } = g.exp.operator;
  const y = apply({ ...rest, name: "mine" }, [a], undefined);
  expect(shapeMessage(() => g.gradients(g.sum(y), [a]))).toBe("gradients: mine has no gradient");
});
