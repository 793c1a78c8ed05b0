import { expect, test } from "vitest";
import {
  add,
  constant,
  constantValue,
  type DType,
  deserializeProgram,
  input,
  interpret,
  type Program,
  type Storage,
  serializeProgram,
  square,
  sum,
} from "./index.ts";

const x = input("x", ["batch", 2]);
const unused = input("unused", [3], "int64");
const program: Program = {
  name: "squares",
  inputs: [x, unused],
  outputs: { total: sum(square(x), [1]), same: x },
};
const data = serializeProgram(program);

test("a program becomes plain data: what its values need, in order", () => {
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    format: 1,
    name: "squares",
    nodes: [
      {
        operator: "input",
        inputs: [],
        attributes: { name: "x", dtype: "float32", shape: ["batch", 2] },
        dtype: "float32",
        shape: ["batch", 2],
      },
      {
        operator: "input",
        inputs: [],
        attributes: { name: "unused", dtype: "int64", shape: [3] },
        dtype: "int64",
        shape: [3],
      },
      // The square itself: its own gradient rule is not carried along.
      { operator: "multiply", inputs: [0, 0], dtype: "float32", shape: ["batch", 2] },
      {
        operator: "sum",
        inputs: [2],
        attributes: { axes: [1], keepDimensions: false },
        dtype: "float32",
        shape: ["batch"],
      },
    ],
    inputs: [0, 1],
    outputs: { total: 3, same: 0 },
  });
});

test("constants of every element type and the numbers that JSON lacks survive", () => {
  const constants: { [D in DType]: Storage[D] } = {
    float32: Float32Array.of(Number.NaN, -0, 1e-40),
    int32: Int32Array.of(-1, 2 ** 31 - 1, 0),
    int64: BigInt64Array.of(-1n, 2n ** 60n, 0n),
    uint8: Uint8Array.of(0, 255, 7),
    bool: Uint8Array.of(0, 1, 1),
  };
  const outputs = Object.fromEntries([
    ...Object.entries(constants).map(([dtype, data]) => [
      dtype,
      constantValue({ dtype: dtype as "float32", shape: [3], data: data as Float32Array }),
    ]),
    ...[Number.NaN, -0, Number.POSITIVE_INFINITY, 0.1].map((value, i) => [
      `filled${i}`,
      constant(value, [2]),
    ]),
  ]);
  const again = deserializeProgram(
    JSON.parse(JSON.stringify(serializeProgram({ name: "constants", inputs: [], outputs }))),
  );
  expect(interpret(again.outputs, {})).toEqual(interpret(outputs, {}));
});

test("a long chain needs no deep stack", () => {
  let tensor = x;
  for (let i = 0; i < 20_000; i++) tensor = add(tensor, x);
  const long = serializeProgram({ name: "chain", inputs: [x], outputs: { tensor } });
  const value = { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, -2) } as const;
  const { tensor: result } = interpret(deserializeProgram(long).outputs, { x: value });
  expect(result!.data).toEqual(Float32Array.of(20_001, -40_002));
});

const changed = (i: number, change: object) => ({
  ...data,
  nodes: data.nodes.map((node, at) => (at === i ? { ...node, ...change } : node)),
});

test.each([
  [{ ...data, format: 2 }, "its format is 2, and this version of betalab reads 1"],
  [undefined, "a program is undefined, not an object"],
  [{ ...data, nodes: 3 }, "nodes: 3 is not a list"],
  [changed(2, { operator: "invert" }), 'node 2 has the unknown operator "invert"'],
  [changed(2, { inputs: [0, 2] }), "node 2 names node 2, which is not before it"],
  [changed(3, { shape: ["batch", 1] }), "node 3 is declared as float32[batch, 1], but is sum float32[batch]"],
  [changed(3, { attributes: { axes: [2] } }), "node 3: sum: axis 2 is not one of [batch, 2]"],
  [{ ...data, outputs: { total: 9 } }, 'output "total" names node 9'],
])("what can't be read is refused with the reason (%#)", (wrong, reason) => {
  expect(() => deserializeProgram(wrong)).toThrow(reason);
});
