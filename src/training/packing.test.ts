/** Which parameters are updated together, and that nothing is mixed up on the way there and back. */

import { expect, test } from "vitest";
import {
  elementCount,
  gradients,
  input,
  interpret,
  multiply,
  reshape,
  sum,
  type Tensor,
  type Value,
} from "../graph/index.ts";
import { fill, type StateSpec } from "../nn/index.ts";
import { pack } from "./packing.ts";

const spec = (name: string, ...shape: number[]): StateSpec => ({
  name,
  shape,
  initializer: fill(0),
  kind: "parameter",
});

const specs = [
  spec("fc.weight", 100, 50),
  spec("fc.bias", 100),
  spec("mean.weight", 2, 100),
  spec("logVariance.weight", 2, 100),
  spec("mean.bias", 2),
  spec("logVariance.bias", 2),
  spec("kernel", 3, 1, 2, 2),
];

test("large ones alone, matrices of one shape in a row together, small ones end to end", () => {
  const tensors = specs.map(({ name, shape }) => input(name, shape));
  const gradients = specs.map(({ name, shape }) => input(`d ${name}`, shape));
  const members = specs.map((spec, i) => ({ spec, parameter: tensors[i]!, gradient: gradients[i]! }));
  const blocks = pack("model", members, 4096);
  expect(blocks.map(({ spec }) => [spec.name, spec.shape])).toEqual([
    ["fc.weight", [100, 50]],
    ["mean.weight+logVariance.weight", [4, 100]],
    ["small.model", [100 + 2 + 2 + 12]],
  ]);

  // An update that multiplies by the gradient does so to each parameter by itself.
  const outputs: Record<string, Tensor> = {};
  for (const block of blocks) {
    for (const [name, updated] of block.unpack(multiply(block.parameter, block.gradient)))
      outputs[name] = updated;
  }
  expect(Object.keys(outputs).toSorted()).toEqual(specs.map(({ name }) => name).toSorted());
  const value = (shape: readonly number[], from: number): Value => ({
    dtype: "float32",
    shape,
    data: Float32Array.from({ length: elementCount(shape) }, (_, i) => from + i),
  });
  const feeds = Object.fromEntries(
    specs.flatMap(({ name, shape }, i) => [
      [name, value(shape, i)],
      [`d ${name}`, value(shape, 2 * i + 1)],
    ]),
  );
  const results = interpret(outputs, feeds);
  specs.forEach(({ name, shape }, i) => {
    expect(results[name]!.shape).toEqual(shape);
    const expected = Array.from({ length: elementCount(shape) }, (_, k) => (i + k) * (2 * i + 1 + k));
    expect([...results[name]!.data], name).toEqual(expected);
  });
});

test("a net that reshapes a parameter after it was packed still has its gradient", () => {
  const members = [spec("kernel", 2, 3), spec("bias", 2)].map((spec) => ({
    spec,
    parameter: input(spec.name, spec.shape),
    gradient: input(`d ${spec.name}`, spec.shape),
  }));
  const [block] = pack("model", members, 4096);
  const next = block!.unpack(input("updated", [8])).get("kernel")!;
  const [derivative] = gradients(sum(multiply(reshape(next, [6]), input("factor", [6]))), [next]);
  const value = (...numbers: number[]): Value => ({
    dtype: "float32",
    shape: [numbers.length],
    data: Float32Array.from(numbers),
  });
  const { found } = interpret({ found: derivative! }, { factor: value(1, 2, 3, 4, 5, 6) });
  expect([...found.data]).toEqual([1, 2, 3, 4, 5, 6]);
});
