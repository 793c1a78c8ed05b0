/** Operators that cut tensors and join them, moving elements without computing: slice, pad, concatenate. */

import { apply, isMadeBy, type Operator, type Tensor } from "../tensor.ts";
import {
  allocate,
  type Dimension,
  elementCount,
  formatShape,
  type Shape,
  sameShape,
  shapeError,
  staticSize,
  strides,
} from "../types.ts";
import { gather } from "./layout.ts";

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
