/** Random shapes for every operator, with what it computes, and operands for them. */

import fc from "fast-check";
import { permutation } from "../../src/base/random.ts";
import type { Tensor, Value } from "../../src/graph/index.ts";
import * as g from "../../src/graph/index.ts";

/** A case: the shapes of its operands, what it computes, and the range its operands are drawn from. */
export interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...operands: Tensor[]) => Tensor;
  readonly range?: readonly [number, number];
  /** Keep operands away from kinks at 0 (relu, abs, …). */
  readonly awayFromZero?: boolean;
  /** Keep all operands' elements apart from each other (maxima, comparisons). */
  readonly distinct?: boolean;
  readonly differentiable?: boolean;
}

const size = fc.integer({ min: 1, max: 4 });
const shape = fc.array(size, { minLength: 0, maxLength: 4 });

/** Two shapes that broadcast: axes of the second are dropped or set to 1 at random. */
const broadcastable = fc
  .tuple(shape, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat(4))
  .map(([a, ones, drop]): [number[], number[]] => [
    a,
    a.map((s, i) => (ones[i] ? 1 : s)).slice(Math.min(drop, a.length)),
  ]);

function binary(build: (a: Tensor, b: Tensor) => Tensor, extra: Partial<Case> = {}): fc.Arbitrary<Case> {
  return fc.tuple(broadcastable, fc.boolean()).map(([[a, b], swap]) => ({
    shapes: swap ? [b, a] : [a, b],
    build: build as Case["build"],
    ...extra,
  }));
}

function unary(build: (x: Tensor) => Tensor, extra: Partial<Case> = {}): fc.Arbitrary<Case> {
  return shape.map((s) => ({ shapes: [s], build: build as Case["build"], ...extra }));
}

const axesOf = (rank: number) =>
  fc.subarray(
    Array.from({ length: rank }, (_, i) => i),
    { minLength: rank > 0 ? 1 : 0 },
  );

/** Image, kernel and window such that the convolution has at least one output pixel. */
const convolution = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    into: fc.integer({ min: 1, max: 3 }),
    out: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 3, max: 8 }),
    width: fc.integer({ min: 3, max: 8 }),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 2 }),
  })
  .filter(
    ({ height, width, kernel, padding }) =>
      Math.min(height, width) + 2 * padding >= kernel && padding < kernel,
  )
  .map((c) => ({
    ...c,
    rows: Math.floor((c.height + 2 * c.padding - c.kernel) / c.stride) + 1,
    columns: Math.floor((c.width + 2 * c.padding - c.kernel) / c.stride) + 1,
  }));

export const cases: Record<string, fc.Arbitrary<Case>> = {
  add: binary(g.add),
  subtract: binary(g.subtract),
  multiply: binary(g.multiply),
  divide: binary(g.divide, { range: [0.5, 2] }),
  maximum: binary(g.maximum, { distinct: true }),
  minimum: binary(g.minimum, { distinct: true }),
  "less and where": binary((a, b) => g.where(g.less(a, b), g.multiply(a, b), g.square(b)), {
    distinct: true,
  }),
  negate: unary(g.negate),
  exp: unary(g.exp),
  log: unary(g.log, { range: [0.5, 3] }),
  sqrt: unary(g.sqrt, { range: [0.5, 3] }),
  abs: unary(g.abs, { awayFromZero: true }),
  sign: unary(g.sign, { awayFromZero: true, differentiable: false }),
  positive: unary(g.positive, { awayFromZero: true, differentiable: false }),
  square: unary(g.square),
  sigmoid: unary(g.sigmoid, { range: [-6, 6] }),
  tanh: unary(g.tanh),
  softplus: unary(g.softplus, { range: [-6, 6] }),
  relu: unary(g.relu, { awayFromZero: true }),
  leakyRelu: unary((x) => g.leakyRelu(x, 0.2), { awayFromZero: true }),
  crossEntropyWithLogits: shape.map((s) => ({
    shapes: [s, s],
    build: (x: Tensor, logits: Tensor) => g.crossEntropyWithLogits(x, logits),
    range: [-4, 4] as const,
  })),
  sum: shape.chain((s) =>
    fc
      .tuple(axesOf(s.length), fc.boolean())
      .map(([axes, keep]) => ({ shapes: [s], build: (x: Tensor) => g.sum(x, axes, keep) })),
  ),
  mean: shape.map((s) => ({ shapes: [s], build: (x: Tensor) => g.mean(x) })),
  max: shape.chain((s) =>
    fc.tuple(axesOf(s.length), fc.boolean()).map(([axes, keep]) => ({
      shapes: [s],
      build: (x: Tensor) => g.max(x, axes, keep),
      distinct: true,
    })),
  ),
  reshape: shape.map((s) => ({
    shapes: [s],
    build: (x: Tensor) => g.square(g.reshape(x, [g.elementCount(s), 1])),
  })),
  flatten: fc
    .array(size, { minLength: 2, maxLength: 4 })
    .map((s) => ({ shapes: [s], build: (x: Tensor) => g.flatten(x) })),
  transpose: shape
    .chain((s) =>
      fc.tuple(
        fc.constant(s),
        fc.shuffledSubarray(Array.from(s.keys()), { minLength: s.length, maxLength: s.length }),
      ),
    )
    .map(([s, order]) => ({ shapes: [s], build: (x: Tensor) => g.transpose(x, order) })),
  broadcastTo: broadcastable.map(([a, b]) => ({
    shapes: [b],
    build: (x: Tensor) => g.square(g.broadcastTo(x, a)),
  })),
  slice: fc
    .tuple(fc.array(size, { minLength: 1, maxLength: 4 }), fc.nat(3), fc.nat(3), fc.nat(3))
    .map(([s, a, from, to]) => {
      const axis = a % s.length;
      const start = from % s[axis]!;
      const end = Math.min(s[axis]!, start + 1 + to);
      return { shapes: [s], build: (x: Tensor) => g.slice(x, axis, start, end) };
    }),
  pad: fc
    .tuple(fc.array(size, { minLength: 1, maxLength: 4 }), fc.nat(3), fc.nat(2), fc.nat(2))
    .map(([s, a, before, after]) => ({
      shapes: [s],
      build: (x: Tensor) => g.pad(x, a % s.length, before, after),
    })),
  concatenate: fc
    .tuple(fc.array(size, { minLength: 1, maxLength: 3 }), fc.nat(2), size)
    .map(([s, a, other]) => {
      const axis = a % s.length;
      return {
        shapes: [s, s.map((x, i) => (i === axis ? other : x))],
        build: (x: Tensor, y: Tensor) => g.concatenate([x, y, x], axis),
      };
    }),
  gatherElements: fc.tuple(size, size, fc.nat(3), fc.boolean()).map(([m, n, shift, across]) => {
    const data = Int32Array.from({ length: m * n }, (_, i) =>
      across ? (i + shift) % n : (3 * i + shift) % m,
    );
    const index = g.constantValue({ dtype: "int32", shape: [m, n], data });
    return { shapes: [[m, n]], build: (x: Tensor) => g.square(g.gatherElements(x, index, Number(across))) };
  }),
  scatterAdd: fc.tuple(size, size, size).map(([m, n, into]) => {
    const data = Int32Array.from({ length: m * n }, (_, i) => (2 * i + 1) % into);
    const index = g.constantValue({ dtype: "int32", shape: [m, n], data });
    return { shapes: [[m, n]], build: (x: Tensor) => g.square(g.scatterAdd(x, index, 0, [into, n])) };
  }),
  logSumExp: shape
    .filter((s) => s.length > 0)
    .map((s) => ({
      shapes: [s],
      build: (x: Tensor) => g.logSumExp(x, s.length - 1),
      range: [-3, 90] as const,
    })),
  stopGradient: unary(g.stopGradient, { differentiable: false }),
  multiplyAdd: fc.tuple(shape, fc.boolean(), fc.boolean()).map(([s, one, same]) => ({
    shapes: [s, one ? [] : s, same ? s : s.map(() => 1)],
    build: (x: Tensor, factor: Tensor, y: Tensor) => g.multiplyAdd(x, factor, y),
  })),
  normalizeBatch: fc.tuple(size, size, size, size).map(([b, c, h, w]) => ({
    shapes: [[b + 1, c, h, w], [c], [c]],
    // A large ε: where all pixels of a channel happen to be alike, finite differences need it.
    build: (x: Tensor, gain: Tensor, bias: Tensor) => g.normalizeBatch(x, gain, bias, 0.1).normalized,
  })),
  normalizeGroups: fc.tuple(size, size, size, size, size).map(([b, groups, together, h, w]) => ({
    shapes: [[b, groups * together, h, w], [groups * together], [groups * together]],
    build: (x: Tensor, gain: Tensor, bias: Tensor) => g.normalizeGroups(x, gain, bias, groups, 0.1),
  })),
  silu: unary(g.silu, { range: [-6, 6] }),
  softmax: shape
    .filter((s) => s.length > 0)
    .map((s) => ({ shapes: [s], build: g.softmax as Case["build"], range: [-3, 3] as const })),
  "softmax of large numbers": size.map((n) => ({
    shapes: [[2, n]],
    build: (x: Tensor) => g.softmax(g.add(x, g.constant(300))),
  })),
  attention: fc.tuple(size, size, size, size, size).map(([b, depth, queries, positions, c]) => ({
    shapes: [
      [b, depth, queries],
      [b, depth, positions],
      [b, c, positions],
    ],
    build: (q: Tensor, k: Tensor, v: Tensor) => g.attention(q, k, v),
  })),
  upsampleNearest: fc.tuple(size, size, size, size, size).map(([b, c, h, w, factor]) => ({
    shapes: [[b, c, h, w]],
    build: (x: Tensor) => g.square(g.upsampleNearest(x, factor)),
  })),
  convolveUpsampled: fc.tuple(size, size, size, size, size).map(([b, c, out, h, w]) => ({
    shapes: [[b, c, h, w], [out, c, 3, 3], [out]],
    build: (x: Tensor, kernel: Tensor, bias: Tensor) => g.convolveUpsampled(x, kernel, bias),
  })),
  matmul: fc.tuple(size, size, size, fc.boolean(), fc.boolean()).map(([m, k, n, ta, tb]) => ({
    shapes: [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]],
    build: (a: Tensor, b: Tensor) => g.matmul(a, b, ta, tb),
  })),
  "matmul, a batch": fc
    .tuple(size, size, size, size, fc.boolean(), fc.boolean())
    .map(([b, m, k, n, ta, tb]) => ({
      shapes: [ta ? [b, k, m] : [b, m, k], tb ? [b, n, k] : [b, k, n]],
      build: (x: Tensor, y: Tensor) => g.matmul(x, y, ta, tb),
    })),
  linear: fc.tuple(size, size, size).map(([b, i, o]) => ({
    shapes: [[b, i], [o, i], [o]],
    build: (x: Tensor, w: Tensor, bias: Tensor) => g.linear(x, w, bias),
  })),
  conv2d: convolution.map(({ batch, into, out, height, width, kernel, stride, padding }) => ({
    shapes: [[batch, into, height, width], [out, into, kernel, kernel], [out]],
    build: (x: Tensor, w: Tensor, b: Tensor) => g.conv2d(x, w, b, { stride, padding }),
  })),
  convInputGradient: convolution.map(
    ({ batch, into, out, height, width, kernel, stride, padding, rows, columns }) => ({
      shapes: [
        [batch, out, rows, columns],
        [out, into, kernel, kernel],
      ],
      build: (y: Tensor, w: Tensor) => g.convInputGradient(y, w, { stride, padding, height, width }),
    }),
  ),
  convWeightGradient: convolution.map(
    ({ batch, into, out, height, width, kernel, stride, padding, rows, columns }) => ({
      shapes: [
        [batch, into, height, width],
        [batch, out, rows, columns],
      ],
      build: (x: Tensor, y: Tensor) =>
        g.convWeightGradient(x, y, { stride, padding, height: kernel, width: kernel }),
    }),
  ),
  convTranspose2d: convolution
    .filter(({ kernel, padding }) => kernel > padding * 2)
    .map(({ batch, into, out, rows, columns, kernel, stride, padding }) => ({
      shapes: [[batch, into, rows, columns], [into, out, kernel, kernel], [out]],
      build: (x: Tensor, w: Tensor, b: Tensor) =>
        g.convTranspose2d(x, w, b, { stride, padding, outputPadding: Math.min(stride - 1, 1) }),
    })),
};

export function operands(testCase: Case, seed: number): Value[] {
  const [low, high] = testCase.range ?? [-1.5, 1.5];
  let state = seed + 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const x = low + ((high - low) * state) / 2 ** 32;
    return testCase.awayFromZero && Math.abs(x) < 0.1 ? x + 0.2 : x;
  };
  const counts = testCase.shapes.map(g.elementCount);
  const total = counts.reduce((a, b) => a + b, 0);
  const lattice = Array.from(permutation(total, { seed, stream: "operands" }), (i) => 0.06 * (i - total / 2));
  return testCase.shapes.map((s, which) => ({
    dtype: "float32",
    shape: s,
    data: Float32Array.from({ length: counts[which]! }, () => (testCase.distinct ? lattice.pop()! : next())),
  }));
}
