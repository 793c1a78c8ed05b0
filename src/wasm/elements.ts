/**
 * What each element-by-element operator is in vectors of four: numbers as float32 or int32, booleans as masks of all
 * ones or none.
 */

import type { DType } from "../graph/index.ts";
import { type Code, f32x4, i32x4, v128 } from "./assembler.ts";
import { exp, log, sigmoid, softplus, tanh } from "./math.ts";
import type { Frame } from "./module.ts";

interface Operation {
  readonly attributes: unknown;
  /** Of the operands. */
  readonly dtypes: readonly DType[];
}

type Writer = (frame: Frame, operands: readonly Code[], operation: Operation) => Code;

const zero = f32x4.const(0);
const one = f32x4.const(1);
const slopeOf = ({ attributes }: Operation) => (attributes as { slope: number }).slope;
const isInteger = ({ dtypes }: Operation) => dtypes[0] !== "float32";

/** The same for floats and integers but for the instruction. */
const either =
  (float: (...operands: Code[]) => Code, integer: (...operands: Code[]) => Code): Writer =>
  (_, operands, operation) =>
    (isInteger(operation) ? integer : float)(...operands);

const writers: Readonly<Record<string, Writer>> = {
  add: either(f32x4.add, i32x4.add),
  subtract: either(f32x4.subtract, i32x4.subtract),
  multiply: either(f32x4.multiply, i32x4.multiply),
  divide: (_, [a, b]) => f32x4.divide(a!, b!),
  maximum: either(f32x4.max, i32x4.max),
  minimum: either(f32x4.min, i32x4.min),
  less: either(f32x4.less, i32x4.less),
  where: (_, [condition, a, b]) => v128.select(a!, b!, condition!),
  negate: (_, [x]) => f32x4.negate(x!),
  exp: (frame, [x]) => exp(frame, x!),
  log: (frame, [x]) => log(frame, x!),
  sqrt: (_, [x]) => f32x4.sqrt(x!),
  abs: (_, [x]) => f32x4.abs(x!),
  sign(frame, [operand]) {
    const x = frame.keep("v128", operand!);
    const isOne = (mask: Code) => v128.and(mask, one);
    const positive = isOne(f32x4.greater(x.get, zero));
    return [...x.set, ...f32x4.subtract(positive, isOne(f32x4.less(x.get, zero)))];
  },
  sigmoid: (frame, [x]) => sigmoid(frame, x!),
  tanh: (frame, [x]) => tanh(frame, x!),
  softplus: (frame, [x]) => softplus(frame, x!),
  relu: (_, [x]) => f32x4.larger(x!, zero),
  rectifierSlope: (_, [x], operation) =>
    v128.select(one, f32x4.const(slopeOf(operation)), f32x4.greater(x!, zero)),
  leakyRelu(frame, [operand], operation) {
    const x = frame.keep("v128", operand!);
    const scaled = f32x4.multiply(x.get, f32x4.const(slopeOf(operation)));
    return [...x.set, ...v128.select(scaled, x.get, f32x4.less(x.get, zero))];
  },
  multiplyAdd: (_, [x, factor, y]) => f32x4.add(f32x4.multiply(x!, factor!), y!),
  crossEntropyWithLogits(frame, [pixels, logits]) {
    const l = frame.keep("v128", logits!);
    return [...l.set, ...f32x4.subtract(softplus(frame, l.get), f32x4.multiply(pixels!, l.get))];
  },
  cast(_, [x], { attributes, dtypes: [from] }) {
    const { to } = attributes as { to: DType };
    if (from === "bool") return v128.and(x!, to === "float32" ? one : i32x4.const(1));
    if (to === "bool")
      return i32x4.notEqual(x!, from === "float32" ? v128.and(x!, i32x4.const(-0x80000000)) : zero);
    if (from === "float32") return to === "float32" ? x! : i32x4.fromFloats(x!);
    return to === "float32" ? f32x4.fromIntegers(x!) : x!;
  },
  copy: (_, [x]) => x!,
};

/** Whether an operator works element by element. */
export function isElementwise(operator: string): boolean {
  return operator in writers;
}

export function writeElements(
  frame: Frame,
  operator: string,
  operands: readonly Code[],
  operation: Operation,
): Code {
  return writers[operator]!(frame, operands, operation);
}
