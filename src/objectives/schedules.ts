/**
 * Numbers that may change while training, as data: a constant, or an object that says how the value goes.
 * A schedule is a pure function of where the run stands, so resuming needs no state.
 */

import { z } from "zod";

/** Where a run stands. */
export interface Position {
  /** Optimiser steps taken so far. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

const exponential = z.strictObject({
  schedule: z.literal("exponential"),
  start: z.number(),
  factor: z.number().positive().describe("multiplies the value after every epoch (PyTorch's ExponentialLR)"),
});

const cosine = z.strictObject({
  schedule: z.literal("cosine"),
  start: z.number(),
  end: z.number().default(0).describe("value at the last step (Loshchilov & Hutter 2017, without restarts)"),
});

const shapes = z.discriminatedUnion("schedule", [exponential, cosine]);

export type Schedule = number | z.output<typeof shapes>;

/** A schedule all of whose values satisfy `check`: those between start and end do when both ends do. */
export function scheduleOf(check: z.ZodNumber): z.ZodType<Schedule, number | z.input<typeof shapes>> {
  return z.union([
    check,
    shapes.superRefine((value, context) => {
      const ends =
        value.schedule === "cosine" ? { start: value.start, end: value.end } : { start: value.start };
      for (const [key, number] of Object.entries(ends)) {
        for (const issue of check.safeParse(number).error?.issues ?? []) {
          context.addIssue({ code: "custom", message: issue.message, path: [key] });
        }
      }
    }),
  ]) as z.ZodType<Schedule, number | z.input<typeof shapes>>;
}

/** The value at a position. */
export function valueAt(schedule: Schedule, { step, stepsPerEpoch, totalSteps }: Position): number {
  if (typeof schedule === "number") return schedule;
  switch (schedule.schedule) {
    case "exponential":
      return schedule.start * schedule.factor ** Math.floor(step / stepsPerEpoch);
    case "cosine": {
      const progress = Math.min(1, step / Math.max(1, totalSteps - 1));
      return schedule.end + 0.5 * (schedule.start - schedule.end) * (1 + Math.cos(Math.PI * progress));
    }
    default:
      return schedule satisfies never;
  }
}
