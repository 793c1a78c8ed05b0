/**
 * L-BFGS (Nocedal and Wright, "Numerical Optimization", algorithm 7.4) with a line search that ends in a weak
 * Wolfe point (Lewis and Overton 2013). For smooth convex functions of some hundred variables.
 */

import { dot } from "../../base/linear-algebra.ts";
import { largest } from "../../base/statistics.ts";

export interface MinimizeOptions {
  /** Stops when no entry of the gradient is larger than this. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Pairs of steps and gradient changes that are kept (default 10). */
  readonly memory?: number;
}

/** Returns the value at `x` and writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export function minimize(objective: Objective, start: Float64Array, options: MinimizeOptions): Float64Array {
  const { tolerance, maxIterations, memory = 10 } = options;
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: { step: Float64Array; change: Float64Array; product: number }[] = [];
  for (
    let iteration = 0;
    iteration < maxIterations && largest(gradient.map(Math.abs)) > tolerance;
    iteration++
  ) {
    const direction = gradient.map((g) => -g);
    const weights = pairs.map(() => 0);
    for (let i = pairs.length - 1; i >= 0; i--) {
      const { step, change, product } = pairs[i]!;
      weights[i] = dot(step, direction) / product;
      addScaled(direction, change, -weights[i]!);
    }
    const newest = pairs.at(-1);
    // The first step has no curvature to go by: it moves by at most one unit.
    const scale = newest
      ? newest.product / dot(newest.change, newest.change)
      : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
    pairs.forEach(({ step, change, product }, i) => {
      addScaled(direction, step, weights[i]! - dot(change, direction) / product);
    });
    const next = searchLine(objective, x, value, gradient, direction);
    if (next === undefined) break;
    const step = next.x.map((one, i) => one - x[i]!);
    const change = next.gradient.map((one, i) => one - gradient[i]!);
    const product = dot(step, change);
    if (product > 0) pairs.push({ step, change, product });
    if (pairs.length > memory) pairs.shift();
    ({ x, value, gradient } = next);
  }
  return x;
}

interface Point {
  readonly x: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** Undefined when no step lowers the value any more: the minimum, to machine precision. */
function searchLine(
  objective: Objective,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
): Point | undefined {
  const slope = dot(gradient, direction);
  if (!(slope < 0)) return undefined;
  let [low, high, length] = [0, Number.POSITIVE_INFINITY, 1];
  let best: Point | undefined;
  for (let trial = 0; trial < 40; trial++) {
    const at = Float64Array.from(x, (one, i) => one + length * direction[i]!);
    const gradientAt = new Float64Array(x.length);
    const valueAt = objective(at, gradientAt);
    if (!(valueAt <= value + 1e-4 * length * slope)) high = length;
    else {
      best = { x: at, value: valueAt, gradient: gradientAt };
      if (dot(gradientAt, direction) >= 0.9 * slope) return best;
      low = length;
    }
    length = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
  }
  return best;
}

function addScaled(to: Float64Array, what: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * what[i]!;
}
