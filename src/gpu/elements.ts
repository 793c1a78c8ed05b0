/** What each element-by-element operator is in WGSL: numbers are f32 or i32, truth values bool. */

import type { DType } from "../graph/index.ts";

interface Operation {
  readonly attributes: unknown;
  /** Of the operands. */
  readonly dtypes: readonly DType[];
}

type Writer = (operands: readonly string[], operation: Operation) => string;

const infix =
  (sign: string): Writer =>
  ([a, b]) =>
    `(${a} ${sign} ${b})`;
const call =
  (name: string): Writer =>
  (operands) =>
    `${name}(${operands.join(", ")})`;
const slopeOf = ({ attributes }: Operation) => literal((attributes as { slope: number }).slope);

const writers: Readonly<Record<string, Writer>> = {
  add: infix("+"),
  subtract: infix("-"),
  multiply: infix("*"),
  divide: infix("/"),
  maximum: call("max"),
  minimum: call("min"),
  less: infix("<"),
  where: ([condition, a, b]) => `select(${b}, ${a}, ${condition})`,
  negate: ([x]) => `(-${x})`,
  exp: call("exp"),
  log: call("log"),
  sqrt: call("sqrt"),
  abs: call("abs"),
  sign: call("sign"),
  sigmoid: call("sigmoid"),
  tanh: call("tanhOf"),
  softplus: call("softplus"),
  relu: call("relu"),
  rectifierSlope: ([x], operation) => `select(${slopeOf(operation)}, 1f, ${x} > 0f)`,
  leakyRelu: ([x], operation) => `select(${x}, ${x} * ${slopeOf(operation)}, ${x} < 0f)`,
  multiplyAdd: ([x, factor, y]) => `(${x} * ${factor} + ${y})`,
  crossEntropyWithLogits: ([pixels, logits]) => `(softplus(${logits}) - ${pixels} * ${logits})`,
  cast([x], { attributes, dtypes: [from] }) {
    const { to } = attributes as { to: DType };
    if (to === "bool") return from === "bool" ? x! : `(${x} != ${from === "float32" ? "0f" : "0"})`;
    return `${typeOf(to)}(${x})`;
  },
  copy: ([x]) => x!,
};

/** Whether an operator works element by element. */
export function isElementwise(operator: string): boolean {
  return operator in writers;
}

export function writeElement(operator: string, operands: readonly string[], operation: Operation): string {
  return writers[operator]!(operands, operation);
}

function typeOf(dtype: DType): "f32" | "i32" | "bool" {
  return dtype === "bool" ? "bool" : dtype === "float32" ? "f32" : "i32";
}

/** The element of that type at an address. */
export function read(dtype: DType, at: string): string {
  const byType: Readonly<Record<Exclude<DType, "int64">, string>> = {
    float32: `number(${at})`,
    int32: `bitcast<i32>(heap[${at}])`,
    // An address in bytes.
    uint8: `i32(extractBits(heap[(${at}) >> 2u], 8u * ((${at}) & 3u), 8u))`,
    bool: `(heap[${at}] != 0u)`,
  };
  return byType[dtype as keyof typeof byType];
}

/** Puts an element at an address. */
export function write(dtype: DType, at: string, x: string): string {
  if (dtype === "float32") return `store(${at}, ${x});`;
  return `heap[${at}] = ${dtype === "bool" ? `select(0u, 1u, ${x})` : `bitcast<u32>(${x})`};`;
}

/** WGSL has no literals of what is not finite, and refuses constants that are not. */
export function literal(x: number): string {
  if (Number.isFinite(Math.fround(x))) return Object.is(x, -0) ? "-0f" : `${Math.fround(x)}f`;
  return `bitcast<f32>(${Number.isNaN(x) ? "notANumber" : x > 0 ? "infinite" : "(infinite | 0x80000000u)"})`;
}

/**
 * Functions that WGSL lacks or leaves inexact. The logarithm of 1 + e as a series of s = e/(2 + e) ≤ 1/3, and tanh near 0
 * by its own, lose no digits by cancellation, which a compiler is free to introduce into the usual forms.
 */
export const functions = `var<private> infinite: u32 = 0x7f800000u;
var<private> notANumber: u32 = 0x7fc00000u;
fn relu(x: f32) -> f32 { return select(x, 0f, x < 0f); }
fn sigmoid(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(1f, e, x < 0f) / (1f + e);
}
fn softplus(x: f32) -> f32 {
  let e = exp(-abs(x));
  let s = e / (2f + e);
  let q = s * s;
  let series = 1f + q * (1f / 3f + q * (1f / 5f + q * (1f / 7f + q * (1f / 9f + q * (1f / 11f + q * (1f / 13f + q / 15f))))));
  return max(x, 0f) + 2f * s * series;
}
fn tanhOf(x: f32) -> f32 {
  let q = x * x;
  let near = x * (1f + q * (-1f / 3f + q * (2f / 15f + q * (-17f / 315f + q * (62f / 2835f)))));
  let e = exp(-2f * abs(x));
  return select(sign(x) * (1f - e) / (1f + e), near, q < 0.04f);
}
`;
