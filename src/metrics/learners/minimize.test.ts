/** L-BFGS against the same with its inverse Hessian written out. */

import { describe, expect, it } from "vitest";
import { sum } from "../../../test/helpers/learner-data.ts";
import { minimize } from "./minimize.ts";

describe("L-BFGS", () => {
  type Vector = number[];
  const dot = (a: Vector, b: Vector) => sum(a.map((one, i) => one * b[i]!));
  const along = (a: Vector, factor: number, b: Vector) => a.map((one, i) => one + factor * b[i]!);

  /** The same with the inverse Hessian written out, H ← (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ from γI. */
  function dense(f: (x: Vector) => [number, Vector], start: Vector, steps: number, memory: number) {
    const seen: Vector[] = [];
    const look = (at: Vector) => {
      seen.push(at);
      return f(at);
    };
    let at = start;
    let [value, gradient] = look(at);
    let pairs: [Vector, Vector][] = [];
    for (let step = 0; step < steps; step++) {
      const apply = (depth: number, v: Vector): Vector => {
        if (depth === 0) {
          const [s, y] = pairs.at(-1)!;
          return v.map((one) => (one * dot(s, y)) / dot(y, y));
        }
        const [s, y] = pairs[depth - 1]!;
        const rho = 1 / dot(s, y);
        const inner = apply(depth - 1, along(v, -rho * dot(s, v), y));
        return along(along(inner, -rho * dot(y, inner), s), rho * dot(s, v), s);
      };
      const size = Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
      const direction =
        pairs.length === 0
          ? gradient.map((g) => -g * size)
          : apply(pairs.length, gradient).map((one) => -one);
      const slope = dot(gradient, direction);
      let [low, high, length] = [0, Number.POSITIVE_INFINITY, 1];
      for (;;) {
        const there = along(at, length, direction);
        const [valueThere, gradientThere] = look(there);
        const falls = valueThere <= value + 1e-4 * length * slope;
        if (falls && dot(gradientThere, direction) >= 0.9 * slope) {
          pairs = [...pairs, [along(there, -1, at), along(gradientThere, -1, gradient)] as [Vector, Vector]];
          pairs = pairs.slice(-memory);
          [at, value, gradient] = [there, valueThere, gradientThere];
          break;
        }
        if (falls) low = length;
        else high = length;
        length = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
      }
    }
    return seen;
  }

  const rosenbrock = ([a, b]: Vector): [number, Vector] => [
    (1 - a!) ** 2 + 100 * (b! - a! * a!) ** 2,
    [-2 * (1 - a!) - 400 * a! * (b! - a! * a!), 200 * (b! - a! * a!)],
  ];
  const quartic = (at: Vector): [number, Vector] => [
    sum(at.map((one, i) => one ** 4 / 4 + (i + 1) * one ** 2 - one)),
    at.map((one, i) => one ** 3 + 2 * (i + 1) * one - 1),
  ];
  it.each([
    ["a curved valley", rosenbrock, [-1.2, 1], 12, 10],
    ["a curved valley, remembering two steps", rosenbrock, [-1.2, 1], 12, 2],
    ["five variables, from afar", quartic, [30, 20, 10, -10, 5], 8, 3],
    ["a slope so gentle that the first step is too short", quartic, [0.2, 0.2, 0.17, 0.1, 0.1], 4, 10],
  ] as const)("looks where the definition says: %s", (_, f, start, steps, memory) => {
    const seen: Vector[] = [];
    minimize(
      (at, gradient) => {
        seen.push([...at]);
        const [value, slope] = f([...at]);
        gradient.set(slope);
        return value;
      },
      Float64Array.from(start),
      { tolerance: 1e-12, maxIterations: steps, ...(memory !== 10 && { memory }) },
    );
    const wanted = dense(f, [...start], steps, memory);
    expect(seen).toHaveLength(wanted.length);
    for (const [i, at] of wanted.entries()) {
      for (const [d, one] of at.entries()) expect(seen[i]![d]).toBeCloseTo(one, 7);
    }
  });
});
