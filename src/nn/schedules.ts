/**
 * Numbers that may change while training, as data: a constant, or an object that says how the value goes.
 * A schedule is a pure function of where the run stands, so resuming needs no state, and its value is fed to
 * the graph, so another schedule is the same compiled step.
 *
 * Those with a `start` and an `end` go from the one to the other between the moments `from` and `to`, counted
 * in epochs or steps, and rest at their ends outside. Without `to` they end with the run: its last step has
 * the value `end`.
 */

import { z } from "zod";

/** Where a run stands. */
export interface Position {
  /** Training steps taken so far. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

const ramp = {
  start: z.number().describe("value until the moment `from`"),
  end: z.number().describe("value from the moment `to` on"),
  from: z.number().nonnegative().default(0).describe("moment at which it begins to move"),
  to: z.number().positive().optional().describe("moment at which it arrives; default: the run's last step"),
  unit: z.enum(["epoch", "step"]).default("epoch").describe("what `from` and `to` count"),
};

const linear = z.strictObject({ schedule: z.literal("linear"), ...ramp });

const staircase = z.strictObject({ schedule: z.literal("staircase"), ...ramp });

const cosine = z.strictObject({ schedule: z.literal("cosine"), ...ramp, end: ramp.end.default(0) });

const sigmoid = z.strictObject({
  schedule: z.literal("sigmoid"),
  ...ramp,
  steepness: z.number().positive().default(10).describe("of the logistic curve, over the whole way"),
});

const cyclical = z.strictObject({
  schedule: z.literal("cyclical"),
  ...ramp,
  cycles: z.int().min(1).default(4).describe("how often it starts over"),
  ratio: z.number().gt(0).max(1).default(0.5).describe("the part of a cycle that it rises in"),
});

const exponential = z.strictObject({
  schedule: z.literal("exponential"),
  start: z.number().describe("value in the first epoch"),
  factor: z.number().positive().describe("multiplies the value after every epoch (PyTorch's ExponentialLR)"),
});

const piecewise = z.strictObject({
  schedule: z.literal("piecewise"),
  values: z.array(z.number()).min(1).describe("one after the other"),
  durations: z.array(z.number().positive()).describe("of each value but the last, which stays"),
  unit: ramp.unit,
});

const shapes = z.discriminatedUnion("schedule", [
  linear,
  staircase,
  cosine,
  sigmoid,
  cyclical,
  exponential,
  piecewise,
]);

export type Schedule = number | z.output<typeof shapes>;
export type ScheduleInput = number | z.input<typeof shapes>;

/**
 * A schedule all of whose values satisfy `check`: those between start and end do when both ends do. An issue
 * names the key at fault, also when `to` does not come after `from`.
 *
 * @param scheduled what values of a schedule satisfy instead, where a number that stays may not be what one passes
 */
export function scheduleOf(check: z.ZodNumber, scheduled = check): z.ZodType<Schedule, ScheduleInput> {
  return z.union([
    check,
    shapes.superRefine((schedule, context) => {
      const complain = (message: string, ...path: (string | number)[]) =>
        context.addIssue({ code: "custom", message, path });
      for (const [path, value] of extremes(schedule)) {
        for (const { message } of scheduled.safeParse(value).error?.issues ?? []) complain(message, ...path);
      }
      if ("from" in schedule && schedule.to !== undefined && schedule.to <= schedule.from) {
        complain(`the schedule ends before it starts: to must come after from, ${schedule.from}`, "to");
      }
      if ("durations" in schedule && schedule.durations.length !== schedule.values.length - 1) {
        complain(`one duration less than values is needed, ${schedule.values.length - 1}`, "durations");
      }
    }),
  ]) as z.ZodType<Schedule, ScheduleInput>;
}

/** The values that all others lie between, and where they stand in the schedule. */
function extremes(schedule: z.output<typeof shapes>): [path: (string | number)[], value: number][] {
  if ("values" in schedule) return schedule.values.map((value, i) => [["values", i], value]);
  const start: [string[], number] = [["start"], schedule.start];
  return "end" in schedule ? [start, [["end"], schedule.end]] : [start];
}

export function valueAt(schedule: Schedule, position: Position): number {
  if (typeof schedule === "number") return schedule;
  const { step, stepsPerEpoch } = position;
  switch (schedule.schedule) {
    case "exponential":
      return schedule.start * schedule.factor ** Math.floor(step / stepsPerEpoch);
    case "piecewise":
      return piece(schedule, schedule.unit === "epoch" ? step / stepsPerEpoch : step);
    case "linear":
      return between(schedule, progress(schedule, position));
    case "staircase": {
      // Constant within an epoch, at the value that a line has at the epoch's end: epoch 1 of 10 has 1/10.
      const endOfEpoch = (Math.floor(step / stepsPerEpoch) + 1) * stepsPerEpoch;
      const { totalSteps } = position;
      return between(schedule, progress(schedule, { step: endOfEpoch, stepsPerEpoch, totalSteps }, 0));
    }
    case "cosine": {
      const way = progress(schedule, position);
      return schedule.end + 0.5 * (schedule.start - schedule.end) * (1 + Math.cos(Math.PI * way));
    }
    case "sigmoid": {
      // The logistic curve, stretched so that it meets both ends: tanh(x) = 2·logistic(2x) − 1.
      const half = schedule.steepness / 4;
      const way = progress(schedule, position);
      return between(schedule, 0.5 + (0.5 * Math.tanh(half * (2 * way - 1))) / Math.tanh(half));
    }
    case "cyclical": {
      const way = progress(schedule, position);
      const inCycle = way >= 1 ? 1 : (way * schedule.cycles) % 1;
      return between(schedule, Math.min(1, inCycle / schedule.ratio));
    }
    default:
      return schedule satisfies never;
  }
}

/** Whether it begins to move only after the run's end. */
export function startsTooLate(
  schedule: Schedule,
  { stepsPerEpoch, totalSteps }: Omit<Position, "step">,
): boolean {
  if (typeof schedule === "number" || !("from" in schedule) || schedule.from === 0) return false;
  const from = schedule.unit === "epoch" ? schedule.from * stepsPerEpoch : schedule.from;
  return from >= totalSteps;
}

function between({ start, end }: { readonly start: number; readonly end: number }, way: number): number {
  return start + (end - start) * way;
}

/** How much of the way from `from` to `to` is covered, 0 to 1. The run's last step is `beforeEnd` before its end. */
function progress(
  { from, to, unit }: Extract<Schedule, { readonly from: number }>,
  { step, stepsPerEpoch, totalSteps }: Position,
  beforeEnd = 1,
): number {
  const steps = unit === "epoch" ? stepsPerEpoch : 1;
  const first = from * steps;
  const last = to === undefined ? totalSteps - beforeEnd : to * steps;
  return last <= first ? Number(step >= last) : Math.min(1, Math.max(0, (step - first) / (last - first)));
}

function piece(
  { values, durations }: { readonly values: readonly number[]; readonly durations: readonly number[] },
  moment: number,
): number {
  let end = 0;
  for (const [i, duration] of durations.entries()) {
    end += duration;
    if (moment < end) return values[i]!;
  }
  return values.at(-1)!;
}
