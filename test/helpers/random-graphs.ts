/** Random graphs of a few operators: views of views, passes and sums, whose order and places a plan has to keep. */

import fc from "fast-check";
import * as g from "../../src/graph/index.ts";

const ROWS = 4;
const COLUMNS = 6;
/** What is done next, to which of the tensors so far. */
const step = fc.record({
  what: fc.constantFrom(
    "exp",
    "add",
    "multiply",
    "transpose",
    "reshape",
    "slice",
    "pad",
    "sum",
    "concatenate",
    "matmul",
  ),
  first: fc.nat(100),
  second: fc.nat(100),
});

export const graphs = fc.array(step, { minLength: 4, maxLength: 12 }).map((steps) => {
  const x = g.input("x", [ROWS, COLUMNS]);
  const made: g.Tensor[] = [x];
  for (const { what, first, second } of steps) {
    const a = made[first % made.length]!;
    const [rows, columns] = a.shape as [number, number];
    const alike = made.filter(({ shape }) => g.sameShape(shape, a.shape));
    const b = alike[second % alike.length]!;
    const next = {
      // Bounded, however often it is done.
      exp: () => g.exp(g.tanh(a)),
      add: () => g.add(a, b),
      multiply: () => g.multiply(g.tanh(a), b),
      transpose: () => g.transpose(a, [1, 0]),
      reshape: () => g.reshape(a, columns % 2 === 0 ? [2 * rows, columns / 2] : [1, rows * columns]),
      slice: () => g.slice(a, second % 2, 0, Math.ceil([rows, columns][second % 2]! / 2)),
      pad: () => g.pad(a, second % 2, 1, 2),
      sum: () => g.reshape(g.sum(a, [second % 2]), [1, second % 2 === 0 ? columns : rows]),
      concatenate: () => g.concatenate([a, b], second % 2),
      matmul: () => g.multiply(g.matmul(a, g.transpose(b, [1, 0])), g.constant(0.1)),
    }[what]();
    made.push(next);
  }
  const outputs = Object.fromEntries(made.slice(-4).map((tensor, i) => [`y${i}`, tensor]));
  return { name: "random", inputs: [x], outputs };
});

/** What the input of these graphs is fed. */
export const randomFeeds = {
  x: {
    dtype: "float32",
    shape: [ROWS, COLUMNS],
    data: Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.sin(1 + i * i)),
  },
} as const;
