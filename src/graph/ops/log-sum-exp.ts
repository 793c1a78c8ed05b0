/** ln Σ eˣ without overflow: a composition, not an operator of its own. */

import type { Tensor } from "../tensor.ts";
import { stopGradient } from "./custom-gradient.ts";
import { add, exp, log, subtract } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { max, sum } from "./reduce.ts";

/** ln Σ eˣ over one axis, which falls away. */
export function logSumExp(x: Tensor, axis: number): Tensor {
  // The result does not depend on the shift, so no gradient need flow through it.
  const shift = stopGradient(max(x, [axis], true));
  const total = add(log(sum(exp(subtract(x, shift)), [axis], true)), shift);
  return reshape(
    total,
    x.shape.filter((_, a) => a !== axis),
  );
}
