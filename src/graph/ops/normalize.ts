/**
 * Batch and group normalisation, with the gradient written out as in Ioffe & Szegedy 2015, section 3. Differentiating
 * the forward pass step by step gives the same numbers in twice as many passes over the data.
 */

import type { Tensor } from "../tensor.ts";
import { type Dimension, formatShape, type Shape, shapeError, staticSize } from "../types.ts";
import { withGradient } from "./custom-gradient.ts";
import { add, divide, multiply, negate, sqrt, square } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { multiplyAdd } from "./multiply-add.ts";
import { sum } from "./reduce.ts";
import { constant } from "./source.ts";

interface Normalized {
  /** `[batch, channel, height, width]`: gain·(x − mean)/√(variance + ε) + bias. */
  readonly normalized: Tensor;
  /** Of every channel; no gradient flows through it. */
  readonly mean: Tensor;
  /** Of every channel, divided by the number of its pixels; no gradient flows through it. */
  readonly variance: Tensor;
}

/** What is averaged: sums over `axes` leave `[rows, channel]`, of which `mix` adds up those that belong together. */
interface Grouping {
  readonly axes: readonly number[];
  readonly rows: Dimension;
  /** Elements of one average. */
  readonly count: number;
  mix(sums: Tensor): Tensor;
}

function normalize(
  x: Tensor,
  gain: Tensor,
  bias: Tensor,
  epsilon: number,
  { axes, rows, count, mix }: Grouping,
): Normalized {
  const channels = x.shape[1]!;
  const each = constant(1 / count);
  const pixels = (t: Tensor) => reshape(sum(t, axes), [rows, channels]);
  const average = (sums: Tensor) => multiply(mix(sums), each);
  const spread = (t: Tensor) => reshape(t, [t.shape.length === 1 ? 1 : t.shape[0]!, channels, 1, 1]);
  const mean = average(pixels(x));
  const centred = multiplyAdd(x, constant(1), spread(negate(mean)));
  const variance = average(pixels(square(centred)));
  const inverse = divide(constant(1), sqrt(add(variance, constant(epsilon))));
  const scale = multiply(inverse, gain);
  const value = multiplyAdd(centred, spread(scale), spread(bias));
  const normalized = withGradient(value, [x, gain, bias], (g) => {
    const forBias = pixels(g);
    const forGain = multiply(pixels(multiply(g, centred)), inverse);
    // scale·g − inverse·(mean(gain·g) + n·mean(gain·g·n)) with n = centred·inverse
    const slope = multiply(average(multiply(forGain, gain)), square(inverse));
    const shift = multiply(average(multiply(forBias, gain)), inverse);
    const rest = multiplyAdd(centred, spread(negate(slope)), spread(negate(shift)));
    return [multiplyAdd(g, spread(scale), rest), sum(forGain, [0]), sum(forBias, [0])];
  });
  return { normalized, mean, variance };
}

/**
 * Each channel over the batch and its pixels.
 *
 * @param x `[batch, channel, height, width]`, of sizes that are numbers
 * @param gain `[channel]`
 * @param bias `[channel]`
 * @returns mean and variance as `[channel]`
 */
export function normalizeBatch(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Normalized {
  const [batch, height, width] = [0, 2, 3].map((axis) => staticSize("normalizeBatch", x.shape, axis));
  const count = batch! * height! * width!;
  const grouping = { axes: [0, 2, 3], rows: 1, count, mix: (sums: Tensor) => sums };
  const { normalized, mean, variance } = normalize(x, gain, bias, epsilon, grouping);
  return { normalized, mean: reshape(mean, gain.shape), variance: reshape(variance, gain.shape) };
}

/**
 * Group normalisation (Wu & He 2018), as PyTorch's `GroupNorm`: each image by itself, neighbouring channels in groups.
 *
 * @param x `[batch, channel, height, width]`; the batch may be symbolic
 * @param gain `[channel]`
 * @param bias `[channel]`
 * @param groups how many; they must divide the channels
 */
export function normalizeGroups(
  x: Tensor,
  gain: Tensor,
  bias: Tensor,
  groups: number,
  epsilon: number,
): Tensor {
  const [channels, height, width] = [1, 2, 3].map((axis) => staticSize("normalizeGroups", x.shape, axis));
  const together = channels! / groups;
  if (!Number.isInteger(together)) {
    throw shapeError(
      "normalizeGroups",
      `${groups} groups do not divide the channels of ${formatShape(x.shape)}`,
    );
  }
  const rows = x.shape[0]!;
  const shape: Shape = [rows, groups, together];
  const ones = constant(1, [1, 1, together]);
  const mix = (sums: Tensor) =>
    together === 1 ? sums : reshape(multiply(sum(reshape(sums, shape), [2], true), ones), [rows, channels!]);
  const grouping = { axes: [2, 3], rows, count: together * height! * width!, mix };
  return normalize(x, gain, bias, epsilon, grouping).normalized;
}
