/** Every operator by name, so that a graph that was written down can be built again. */

import { convolutionOperator, inputGradientOperator, weightGradientOperator } from "./ops/convolution.ts";
import {
  abs,
  add,
  castOperator,
  crossEntropyOperator,
  divide,
  exp,
  less,
  log,
  maximum,
  minimum,
  negative,
  product,
  sigmoid,
  sign,
  softplus,
  sqrt,
  subtract,
  tanh,
  whereOperator,
} from "./ops/elementwise.ts";
import { gatherOperator, scatterOperator } from "./ops/gather.ts";
import { broadcastOperator, reshapeOperator, transposeOperator } from "./ops/layout.ts";
import { productOperator } from "./ops/linear.ts";
import { multiplyAddOperator } from "./ops/multiply-add.ts";
import { leakyReluOperator, relu, slopeOperator } from "./ops/rectifiers.ts";
import { max, sum } from "./ops/reduce.ts";
import { concatenateOperator, padOperator, sliceOperator } from "./ops/slices.ts";
import { constantOperator, fillOperator, inputOperator } from "./ops/source.ts";
import type { Operator } from "./tensor.ts";

const applied = [
  ...[add, subtract, product, divide, maximum, minimum, less],
  ...[negative, exp, log, sqrt, abs, sign, sigmoid, tanh, softplus, relu],
  ...[sum, max],
].map(({ operator }) => operator);

const others = [
  ...[inputOperator, constantOperator, fillOperator, whereOperator, crossEntropyOperator, castOperator],
  ...[
    slopeOperator,
    leakyReluOperator,
    productOperator,
    multiplyAddOperator,
    gatherOperator,
    scatterOperator,
  ],
  ...[reshapeOperator, transposeOperator, broadcastOperator, sliceOperator, padOperator, concatenateOperator],
  ...[convolutionOperator, inputGradientOperator, weightGradientOperator],
] as readonly Operator<never>[];

/**
 * All but `withGradient`, which is its first operand with a rule for differentiation: a function, which can't be
 * written down.
 */
export const operators: ReadonlyMap<string, Operator> = new Map(
  [...applied, ...(others as readonly Operator[])].map((operator) => [operator.name, operator]),
);
