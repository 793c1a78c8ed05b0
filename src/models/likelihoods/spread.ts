/**
 * How wide a likelihood is around the decoded pixel: one number for all pixels, given, on a schedule, or learned
 * as a parameter. What is in force is state, so that evaluation and a resumed run use it too.
 */

import { z } from "zod";
import { add, constant, log, softplus, subtract, type Tensor } from "../../graph/index.ts";
import { type Context, fill, type Schedule, scheduleOf } from "../../nn/index.ts";

/** ln of the smallest spread that can be learned: below 1/400 of the range a pixel is a constant (Rybkin 2021 too). */
const SMALLEST = -6;
/** Where learning starts: ln 0.1. */
const FIRST = Math.log(0.1);

/** The option's schema: a number, a schedule of positive numbers, or "learned". */
export const spreadOption: z.ZodUnion<[ReturnType<typeof scheduleOf>, z.ZodLiteral<"learned">]> = z.union([
  scheduleOf(z.number().positive()),
  z.literal("learned"),
]);

/**
 * ln of the spread, a scalar.
 *
 * @param name of the option; the state is `likelihood.` + name
 */
export function logSpread(context: Context, name: string, option: Schedule | "learned"): Tensor {
  if (typeof option === "number") return constant(Math.log(option));
  if (option === "learned") {
    // Soft-clipped from below (Rybkin et al. 2021, §4): smallest + softplus(raw − smallest).
    const raw = Math.log(Math.expm1(FIRST - SMALLEST)) + SMALLEST;
    const parameter = context.parameter(`likelihood.log_${name}`, [], fill(raw));
    return add(softplus(subtract(parameter, constant(SMALLEST))), constant(SMALLEST));
  }
  const buffer = context.buffer(`likelihood.${name}`, [], fill(1));
  if (context.mode === "infer") return log(buffer);
  const now = context.scalar(name);
  context.updateBuffer(`likelihood.${name}`, now);
  return log(now);
}

/** The scalars of an option that is on a schedule. */
export function spreadScalars(name: string, option: Schedule | string): Record<string, Schedule> {
  return typeof option === "object" ? { [name]: option } : {};
}
