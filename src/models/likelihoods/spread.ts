/**
 * How wide a likelihood is around the decoded pixel: one number for all pixels, given, on a schedule, or learned
 * as a parameter. What is in force is state, so that evaluation and a resumed run use it too.
 */

import { z } from "zod";
import {
  add,
  constant,
  exp,
  less,
  log,
  maximum,
  mean,
  multiply,
  softplus,
  subtract,
  type Tensor,
  where,
} from "../../graph/index.ts";
import { type Context, fill, type Schedule, scheduleOf } from "../../nn/index.ts";

/** ln of the smallest spread that can be learned: below 1/400 of the range a pixel is a constant (Rybkin 2021 too). */
const SMALLEST = -6;
/** Where a learned one stands that no batch has given a beginning. */
const FIRST = Math.log(0.1);

/** The option's schema: a number, a schedule of positive numbers, or "learned". */
export const spreadOption: z.ZodUnion<[ReturnType<typeof scheduleOf>, z.ZodLiteral<"learned">]> = z.union([
  scheduleOf(z.number().positive()),
  z.literal("learned"),
]);

export interface Spread {
  /** The option's; the state is `likelihood.` + name. */
  readonly name: string;
  readonly option: Schedule | "learned";
  /** What the number is, with its unit. */
  readonly unit: string;
  /** Pixels `[batch, channel, height, width]`, and where the decoder puts them. */
  readonly x: Tensor;
  readonly location: Tensor;
  /** The spread at which such differences of pixels are most likely, a scalar. */
  optimum(differences: Tensor): Tensor;
}

/** ln of the spread, a scalar. */
export function logSpread(context: Context, { name, option, unit, ...batch }: Spread): Tensor {
  if (option === "learned") {
    const parameter = context.parameter(`likelihood.unclipped_log_${name}`, [], fill(unclipped(FIRST)));
    if (context.mode === "train") {
      // ln(eˣ − 1) is softplus' inverse.
      const above = maximum(subtract(log(firstSpread(batch)), constant(SMALLEST)), constant(0.01));
      const start = add(log(subtract(exp(above), constant(1))), constant(SMALLEST));
      context.startAt(`likelihood.unclipped_log_${name}`, start);
    }
    // Soft-clipped from below (Rybkin et al. 2021): smallest + softplus(unclipped − smallest).
    return noted(
      context,
      { name, unit },
      add(softplus(subtract(parameter, constant(SMALLEST))), constant(SMALLEST)),
    );
  }
  if (typeof option === "number") return noted(context, { name, unit }, constant(Math.log(option)));
  const buffer = context.buffer(`likelihood.${name}`, [], fill(1));
  if (context.mode === "train") context.updateBuffer(`likelihood.${name}`, context.scalar(name));
  return noted(context, { name, unit }, log(context.mode === "infer" ? buffer : context.scalar(name)));
}

/**
 * The optimum of a decoder that knows the batch's mean image and nothing else: that is what it learns first, in some ten
 * steps, while ln σ moves by a learning rate a step. Of a batch of equal images, the optimum of the decoder as it is.
 */
function firstSpread({ x, location, optimum }: Pick<Spread, "x" | "location" | "optimum">): Tensor {
  const rows = x.shape[0] as number;
  const fromMean = optimum(subtract(x, mean(x, [0], true)));
  // A mean of n images lies too close to each of them.
  const unbiased = multiply(fromMean, constant(Math.sqrt(rows / Math.max(1, rows - 1))));
  return where(less(unbiased, constant(Math.exp(SMALLEST))), optimum(subtract(x, location)), unbiased);
}

const unclipped = (logSpread: number): number => Math.log(Math.expm1(logSpread - SMALLEST)) + SMALLEST;

/** Tells the spread, whose ln is given, under its name and unit. */
export function noted(
  context: Context,
  { name, unit }: Pick<Spread, "name" | "unit">,
  logSpread: Tensor,
): Tensor {
  context.note(name, exp(logSpread), unit);
  return logSpread;
}

/** The scalars of an option that is on a schedule. */
export function spreadScalars(name: string, option: Schedule | string): Record<string, Schedule> {
  return typeof option === "object" ? { [name]: option } : {};
}
