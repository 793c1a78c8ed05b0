/**
 * Functions that WebAssembly does not have, four float32 at a time, within two units in the last place. Reductions of
 * the argument and polynomials are those of Cephes (S. Moshier, expf, logf, tanhf).
 */

import { type Code, f32x4, i32, i32x4, sequence, v128 } from "./assembler.ts";
import type { Frame } from "./module.ts";

const { const: number, add, subtract, multiply, divide } = f32x4;

/** ((c₀x + c₁)x + c₂)x + … */
function polynomial(x: Code, coefficients: readonly number[]): Code {
  const [first, ...rest] = coefficients as [number, ...number[]];
  return rest.reduce<Code>((sum, c) => add(multiply(sum, x), number(c)), number(first));
}

/** 2ⁿ of integers n in −126 … 127. */
const powerOfTwo = (n: Code): Code => i32x4.shiftLeft(i32x4.add(n, i32x4.const(127)), i32.const(23));

/** eˣ = 2ⁿ·eʳ with |r| ≤ ½ ln 2. The power is applied in two halves: results may be below or beyond the normal range. */
export function exp(frame: Frame, argument: Code): Code {
  const [x, n, whole, half] = Array.from({ length: 4 }, () => frame.local("v128"));
  return sequence(
    x!.set(f32x4.min(f32x4.max(argument, number(-104)), number(89))),
    n!.set(f32x4.nearest(multiply(x!.get, number(Math.LOG2E)))),
    x!.set(subtract(x!.get, multiply(n!.get, number(0.693359375)))),
    x!.set(add(x!.get, multiply(n!.get, number(2.1219444e-4)))),
    whole!.set(i32x4.fromFloats(n!.get)),
    half!.set(i32x4.shiftRight(whole!.get, i32.const(1))),
    multiply(
      multiply(
        add(
          add(
            multiply(
              multiply(x!.get, x!.get),
              polynomial(
                x!.get,
                [
                  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
                  5.0000001201e-1,
                ],
              ),
            ),
            x!.get,
          ),
          number(1),
        ),
        powerOfTwo(half!.get),
      ),
      powerOfTwo(i32x4.subtract(whole!.get, half!.get)),
    ),
  );
}

/** ln x = n ln 2 + ln m with √½ ≤ m < √2. */
export function log(frame: Frame, argument: Code): Code {
  const [x, m, n, small, r] = Array.from({ length: 5 }, () => frame.local("v128"));
  const square = () => multiply(r!.get, r!.get);
  const result = sequence(
    x!.set(argument),
    // Below the normal numbers there is no exponent to take apart.
    small!.set(f32x4.less(x!.get, number(2 ** -126))),
    m!.set(v128.select(multiply(x!.get, number(2 ** 23)), x!.get, small!.get)),
    n!.set(
      subtract(
        f32x4.fromIntegers(i32x4.subtract(i32x4.shiftRight(m!.get, i32.const(23)), i32x4.const(126))),
        v128.and(small!.get, number(23)),
      ),
    ),
    m!.set(v128.or(v128.and(m!.get, i32x4.const(0x007fffff)), number(0.5))),
    small!.set(f32x4.less(m!.get, number(Math.SQRT1_2))),
    n!.set(subtract(n!.get, v128.and(small!.get, number(1)))),
    r!.set(subtract(add(m!.get, v128.and(small!.get, m!.get)), number(1))),
    add(
      add(
        r!.get,
        subtract(
          add(
            multiply(
              multiply(square(), r!.get),
              polynomial(
                r!.get,
                [
                  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
                  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
                ],
              ),
            ),
            multiply(n!.get, number(-2.1219444e-4)),
          ),
          multiply(square(), number(0.5)),
        ),
      ),
      multiply(n!.get, number(0.693359375)),
    ),
  );
  const value = frame.keep("v128", result);
  const regular = v128.and(
    f32x4.greater(x!.get, number(0)),
    f32x4.less(x!.get, number(Number.POSITIVE_INFINITY)),
  );
  const negative = v128.select(number(Number.NaN), x!.get, f32x4.less(x!.get, number(0)));
  const other = v128.select(number(Number.NEGATIVE_INFINITY), negative, f32x4.equal(x!.get, number(0)));
  return sequence(value.set, v128.select(value.get, other, regular));
}

/** 1/(1 + e^−x). */
export function sigmoid(frame: Frame, x: Code): Code {
  return divide(number(1), add(number(1), exp(frame, f32x4.negate(x))));
}

/** Near 0 an odd polynomial, beyond it 1 − 2/(e^2|x| + 1) with the sign of x. */
export function tanh(frame: Frame, argument: Code): Code {
  const [x, magnitude, square] = Array.from({ length: 3 }, () => frame.local("v128"));
  return sequence(
    x!.set(argument),
    magnitude!.set(f32x4.abs(x!.get)),
    square!.set(multiply(x!.get, x!.get)),
    v128.select(
      add(
        multiply(
          multiply(
            polynomial(
              square!.get,
              [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
            ),
            square!.get,
          ),
          x!.get,
        ),
        x!.get,
      ),
      v128.or(
        subtract(
          number(1),
          divide(number(2), add(exp(frame, add(magnitude!.get, magnitude!.get)), number(1))),
        ),
        v128.and(x!.get, i32x4.const(-0x80000000)),
      ),
      f32x4.less(magnitude!.get, number(0.625)),
    ),
  );
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + t), t = e^−|x|, with what 1 + t rounds away given back. */
export function softplus(frame: Frame, argument: Code): Code {
  const [x, t, u] = Array.from({ length: 3 }, () => frame.local("v128"));
  return sequence(
    x!.set(argument),
    t!.set(exp(frame, f32x4.negate(f32x4.abs(x!.get)))),
    u!.set(add(t!.get, number(1))),
    add(
      f32x4.larger(x!.get, number(0)),
      subtract(log(frame, u!.get), divide(subtract(subtract(u!.get, number(1)), t!.get), u!.get)),
    ),
  );
}
