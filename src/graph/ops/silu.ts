/** SiLU, x·σ(x) (Hendrycks & Gimpel 2016; "swish"): a composition with its gradient written out. */

import type { Tensor } from "../tensor.ts";
import { withGradient } from "./custom-gradient.ts";
import { add, multiply, sigmoid, subtract } from "./elementwise.ts";

/** x·σ(x). */
export function silu(x: Tensor): Tensor {
  const gate = sigmoid(x);
  const value = multiply(x, gate);
  return withGradient(value, [x], (g) => {
    // σ + x·σ·(1 − σ), of the value and the gate alone: x need not be kept.
    const open = multiply(g, gate);
    return [add(open, multiply(value, subtract(g, open)))];
  });
}
