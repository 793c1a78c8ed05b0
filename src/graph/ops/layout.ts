/** Operators that move elements without computing: reshape, transpose, broadcast, slice, pad, concatenate. */

import { apply, isMadeBy, type Operator, type Tensor } from "../tensor.ts";
import {
  allocate,
  broadcastShapes,
  type Dimension,
  elementCount,
  formatShape,
  type Shape,
  sameShape,
  shapeError,
  staticShape,
  staticSize,
  strides,
  type Value,
} from "../types.ts";
import { sumTo } from "./reduce.ts";
import { constant, fillOf } from "./source.ts";

// --- reshape ------------------------------------------------------------------------------------------

export const reshapeOperator: Operator<{ readonly shape: Shape }> = {
  name: "reshape",
  infer([x], { shape }) {
    const names = (of: Shape) => of.filter((size) => typeof size === "string").join();
    const count = (of: Shape) => elementCount(of.filter((size) => typeof size === "number"));
    if (names(x!.shape) !== names(shape) || count(x!.shape) !== count(shape)) {
      throw shapeError(
        "reshape",
        `${formatShape(x!.shape)} does not hold the elements of ${formatShape(shape)}`,
      );
    }
    if (names(shape).includes(",")) throw shapeError("reshape", "more than one symbolic size");
    return { dtype: x!.dtype, shape };
  },
  gradient: ({ inputs, outputGradient }) => [reshape(outputGradient, inputs[0]!.shape)],
  evaluate: ([x], _, shape) => ({ ...x!, shape }),
  lower(emitter, inputs, { shape }) {
    const sizes = shape.map((size) => (typeof size === "number" ? size : -1));
    return emitter.node("Reshape", [inputs[0]!, emitter.integers(sizes)]);
  },
};

/** The same elements in row-major order under another shape (at most one symbolic size, kept as it is). */
export function reshape(x: Tensor, shape: Shape): Tensor {
  // The shape in between leaves no trace.
  const source = isMadeBy(x, reshapeOperator) ? x.inputs[0]! : x;
  const reshaped = sameShape(source.shape, shape) ? source : apply(reshapeOperator, [source], { shape });
  return refill(source, reshaped);
}

/** A constant that is one number everywhere stays one when its shape changes. */
function refill(x: Tensor, changed: Tensor): Tensor {
  const value = fillOf(x);
  return value === undefined ? changed : constant(value, staticShape("fill", changed.shape));
}

/** `[batch, …]` as `[batch, everything else]`. */
export function flatten(x: Tensor): Tensor {
  let count = 1;
  for (let axis = 1; axis < x.shape.length; axis++) count *= staticSize("flatten", x.shape, axis);
  return reshape(x, [x.shape[0]!, count]);
}

// --- transpose ----------------------------------------------------------------------------------------

export const transposeOperator: Operator<{ readonly order: readonly number[] }> = {
  name: "transpose",
  infer([x], { order }) {
    const rank = x!.shape.length;
    if (order.length !== rank || new Set(order).size !== rank || order.some((axis) => !(axis in x!.shape))) {
      throw shapeError(
        "transpose",
        `order [${order.join(", ")}] is no permutation of ${formatShape(x!.shape)}`,
      );
    }
    return { dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) };
  },
  gradient({ outputGradient, attributes: { order } }) {
    return [
      transpose(
        outputGradient,
        Array.from(order.keys(), (axis) => order.indexOf(axis)),
      ),
    ];
  },
  evaluate([x], { order }, shape) {
    const from = strides(x!.shape);
    return gather(
      x!,
      shape,
      0,
      order.map((axis) => from[axis]!),
    );
  },
  lower: (emitter, inputs, { order }) => emitter.node("Transpose", inputs, { perm: order }),
};

/** Reorders the axes: axis i of the result is axis `order[i]` of `x`. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  return order.every((axis, i) => axis === i) ? x : apply(transposeOperator, [x], { order });
}

/** Reads `x` at `start` plus a stride per axis of `shape`: what transpose, broadcast and slice have in common. */
function gather(x: Value, shape: readonly number[], start: number, steps: readonly number[]): Value {
  const data = allocate(x.dtype, elementCount(shape)) as Float32Array;
  const source = x.data as Float32Array;
  const coordinate = new Array<number>(shape.length).fill(0);
  let position = start;
  for (let i = 0; i < data.length; i++) {
    data[i] = source[position]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += steps[axis]!;
      coordinate[axis]!++;
      if (coordinate[axis]! < shape[axis]!) break;
      position -= steps[axis]! * shape[axis]!;
      coordinate[axis] = 0;
    }
  }
  return { dtype: x.dtype, shape, data };
}

// --- broadcast ----------------------------------------------------------------------------------------

export const broadcastOperator: Operator<{ readonly shape: Shape }> = {
  name: "broadcastTo",
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes("broadcastTo", x!.shape, shape), shape)) {
      throw shapeError("broadcastTo", `${formatShape(x!.shape)} does not stretch to ${formatShape(shape)}`);
    }
    for (const axis of shape.keys()) staticSize("broadcastTo", shape, axis);
    return { dtype: x!.dtype, shape };
  },
  gradient: ({ inputs, outputGradient }) => [sumTo(outputGradient, inputs[0]!.shape)],
  evaluate([x], _, shape) {
    const from = strides(x!.shape);
    const offset = shape.length - x!.shape.length;
    const steps = shape.map((_, axis) =>
      axis < offset || x!.shape[axis - offset] === 1 ? 0 : from[axis - offset]!,
    );
    return gather(x!, shape, 0, steps);
  },
  lower: (emitter, inputs, { shape }) =>
    emitter.node("Expand", [inputs[0]!, emitter.integers(shape as number[])]),
};

/** Stretches axes of size 1 (and adds leading ones) to reach `shape`, whose sizes are numbers. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : refill(x, apply(broadcastOperator, [x], { shape }));
}

// --- slice and pad ------------------------------------------------------------------------------------

interface SliceAttributes {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

export const sliceOperator: Operator<SliceAttributes> = {
  name: "slice",
  infer([x], { axis, start, end }) {
    const size = staticSize("slice", x!.shape, axis);
    if (!(start >= 0 && start <= end && end <= size)) {
      throw shapeError("slice", `[${start}, ${end}) is not inside axis ${axis} of ${formatShape(x!.shape)}`);
    }
    return { dtype: x!.dtype, shape: x!.shape.map((s, i) => (i === axis ? end - start : s)) };
  },
  gradient({ inputs: [x], outputGradient, attributes: { axis, start, end } }) {
    return [pad(outputGradient, axis, start, staticSize("slice", x!.shape, axis) - end)];
  },
  evaluate([x], { axis, start }, shape) {
    const steps = strides(x!.shape);
    return gather(x!, shape, start * steps[axis]!, steps);
  },
  lower: (emitter, inputs, { axis, start, end }) => emitter.slice(inputs[0]!, [{ axis, start, end }]),
};

/** Elements start…end−1 of one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  return apply(sliceOperator, [x], { axis, start, end });
}

interface PadAttributes {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

export const padOperator: Operator<PadAttributes> = {
  name: "pad",
  infer([x], { axis, before, after }) {
    if (before < 0 || after < 0) throw shapeError("pad", `negative padding: ${before}, ${after}`);
    const size = staticSize("pad", x!.shape, axis);
    return { dtype: x!.dtype, shape: x!.shape.map((s, i) => (i === axis ? before + size + after : s)) };
  },
  gradient({ inputs: [x], outputGradient, attributes: { axis, before } }) {
    return [slice(outputGradient, axis, before, before + staticSize("pad", x!.shape, axis))];
  },
  evaluate([x], { axis, before }, shape) {
    const data = allocate(x!.dtype, elementCount(shape)) as Float32Array;
    const run = strides(x!.shape)[axis]! * x!.shape[axis]!;
    const paddedRun = strides(shape)[axis]! * shape[axis]!;
    const offset = strides(shape)[axis]! * before;
    for (let from = 0, to = offset; from < x!.data.length; from += run, to += paddedRun) {
      data.set((x!.data as Float32Array).subarray(from, from + run), to);
    }
    return { dtype: x!.dtype, shape, data };
  },
  lower(emitter, inputs, { axis, before, after }, tensor) {
    const begins = tensor.shape.map((_, i) => (i === axis ? before : 0));
    const ends = tensor.shape.map((_, i) => (i === axis ? after : 0));
    return emitter.node("Pad", [inputs[0]!, emitter.integers([...begins, ...ends])]);
  },
};

/** Zeros before and after the elements of one axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return before === 0 && after === 0 ? x : apply(padOperator, [x], { axis, before, after });
}

// --- concatenate --------------------------------------------------------------------------------------

export const concatenateOperator: Operator<{ readonly axis: number }> = {
  name: "concatenate",
  infer(parts, { axis }) {
    const [first] = parts;
    if (first === undefined) throw shapeError("concatenate", "nothing to concatenate");
    let total = 0;
    for (const part of parts) {
      const others = (shape: Shape): Dimension[] => shape.filter((_, i) => i !== axis);
      if (part.dtype !== first.dtype || !sameShape(others(part.shape), others(first.shape))) {
        throw shapeError("concatenate", `${first} and ${part} differ beside axis ${axis}`);
      }
      total += staticSize("concatenate", part.shape, axis);
    }
    return { dtype: first.dtype, shape: first.shape.map((size, i) => (i === axis ? total : size)) };
  },
  gradient({ inputs, outputGradient, attributes: { axis }, needs }) {
    let start = 0;
    return inputs.map((part, index) => {
      const end = start + staticSize("concatenate", part.shape, axis);
      const gradient = needs(index) ? slice(outputGradient, axis, start, end) : undefined;
      start = end;
      return gradient;
    });
  },
  evaluate(parts, { axis }, shape, dtype) {
    const data = allocate(dtype, elementCount(shape)) as Float32Array;
    const total = strides(shape)[axis]! * shape[axis]!;
    let offset = 0;
    for (const part of parts) {
      const run = strides(part.shape)[axis]! * part.shape[axis]!;
      for (let from = 0, to = offset; from < part.data.length; from += run, to += total) {
        data.set((part.data as Float32Array).subarray(from, from + run), to);
      }
      offset += run;
    }
    return { dtype, shape, data };
  },
  lower: (emitter, inputs, { axis }) => emitter.node("Concat", inputs, { axis }),
  /** Neighbouring slices of one tensor are one slice, and all slices of a tensor are that tensor. */
  shorter(inputs, { axis }) {
    const joined: { source: Tensor; start: number; end: number }[] = [];
    for (const part of inputs) {
      const own = sliceOf(part, axis) ?? { source: part, start: 0, end: part.shape[axis] as number };
      const last = joined.at(-1);
      if (last?.source === own.source && last.end === own.start) last.end = own.end;
      else joined.push({ ...own });
    }
    if (joined.length === inputs.length) return undefined;
    const parts = joined.map(({ source, start, end }) =>
      start === 0 && end === source.shape[axis] ? source : slice(source, axis, start, end),
    );
    return concatenate(parts, axis);
  },
};

/** Tensors one after another along `axis`. */
export function concatenate(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1 ? parts[0]! : apply(concatenateOperator, parts, { axis });
}

function sliceOf(tensor: Tensor, axis: number) {
  const slice = asSlice(tensor);
  return slice?.axis === axis ? slice : undefined;
}

/** What a slice is a slice of; undefined for any other tensor. */
export function asSlice(tensor: Tensor) {
  return isMadeBy(tensor, sliceOperator) ? { source: tensor.inputs[0]!, ...tensor.attributes } : undefined;
}

/** a + b where each is zero, by padding, where the other is not: both put side by side. */
export function sideBySide(a: Tensor, b: Tensor): Tensor | undefined {
  const [one, other] = [asPad(a), asPad(b)];
  if (one === undefined || other === undefined) return undefined;
  const [left, right] = one.before === 0 ? [one, other] : [other, one];
  const { axis } = left;
  const fit =
    right.axis === axis &&
    left.before === 0 &&
    right.before === left.x.shape[axis] &&
    left.after === right.x.shape[axis] &&
    right.after === 0;
  return fit ? concatenate([left.x, right.x], axis) : undefined;
}

function asPad(tensor: Tensor) {
  return isMadeBy(tensor, padOperator) ? { x: tensor.inputs[0]!, ...tensor.attributes } : undefined;
}
