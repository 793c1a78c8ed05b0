import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Schedule, type ScheduleInput, scheduleOf, startsTooLate, valueAt } from "./schedules.ts";

const any = scheduleOf(z.number());

/** Values at steps of a run of 10 epochs of 10 steps. */
function values(schedule: ScheduleInput, steps: readonly number[], stepsPerEpoch = 10): number[] {
  const parsed: Schedule = any.parse(schedule);
  return steps.map((step) => valueAt(parsed, { step, stepsPerEpoch, totalSteps: 10 * stepsPerEpoch }));
}

function problem(schedule: unknown, check: z.ZodNumber = z.number()): string {
  const issue = scheduleOf(check).safeParse(schedule).error!.issues[0]!;
  return JSON.stringify(issue);
}

describe("values", () => {
  it("linear: disentanglement_lib's anchor, capacity 100 over 100 steps", () => {
    const rising = { schedule: "linear", start: 0, end: 100, to: 100, unit: "step" } as const;
    expect(values(rising, [0, 10, 100, 101], 50)).toEqual([0, 10, 100, 100]);
  });

  it("linear: rests before from, and meets its end at the run's last step where no to is given", () => {
    const warmUp = { schedule: "linear", start: 0, end: 1, from: 5 } as const;
    expect(values(warmUp, [0, 50, 99])).toEqual([0, 0, 1]);
    expect(values(warmUp, [74])[0]).toBeCloseTo(24 / 49, 12);
    expect(values({ schedule: "linear", start: 0, end: 1, from: 2, to: 4 }, [20, 30, 40, 41])).toEqual([
      0, 0.5, 1, 1,
    ]);
  });

  it("staircase: the seed's epoch/epochs", () => {
    const anneal = { schedule: "staircase", start: 0, end: 1 } as const;
    expect(values(anneal, [0, 9, 10, 19, 85, 99])).toEqual([0.1, 0.1, 0.2, 0.2, 0.9, 1]);
  });

  it("cosine: half way in the middle, flat at its ends", () => {
    const decay = { schedule: "cosine", start: 2, to: 10 } as const;
    const [first, quarter, middle, end] = values(decay, [0, 25, 50, 100]);
    expect([first, end]).toEqual([2, 0]);
    expect(quarter).toBeCloseTo(1 + Math.SQRT1_2, 12);
    expect(middle).toBeCloseTo(1, 12);
  });

  it("sigmoid: meets both ends, half way in the middle, steeper than a line there", () => {
    const rise = { schedule: "sigmoid", start: 0, end: 1, to: 10 } as const;
    const [first, before, middle, after, end] = values(rise, [0, 40, 50, 60, 100]);
    expect([first, middle, end]).toEqual([0, 0.5, 1]);
    expect(after! - before!).toBeGreaterThan(0.4);
    // (logistic(1) − logistic(−5)) / (logistic(5) − logistic(−5))
    expect(after).toBeCloseTo((0.7310585786 - 0.0066928509) / (0.9933071491 - 0.0066928509), 9);
  });

  it("cyclical: four rises, each over half of its cycle (Fu 2019)", () => {
    const cycles = { schedule: "cyclical", start: 0, end: 1, to: 8 } as const;
    expect(values(cycles, [0, 5, 10, 19, 20, 25, 30, 65, 80, 99])).toEqual([
      0, 0.5, 1, 1, 0, 0.5, 1, 0.5, 1, 1,
    ]);
  });

  it("exponential: a factor an epoch, as PyTorch's ExponentialLR", () => {
    expect(values({ schedule: "exponential", start: 1, factor: 0.5 }, [0, 9, 10, 25])).toEqual([
      1, 1, 0.5, 0.25,
    ]);
  });

  it("piecewise: Burda's learning rates stay 3^i epochs each", () => {
    const rates = { schedule: "piecewise", values: [3, 2, 1], durations: [1, 3] } satisfies ScheduleInput;
    expect(values(rates, [0, 9, 10, 39, 40, 99])).toEqual([3, 3, 2, 2, 1, 1]);
  });
});

describe("what is refused, and the key it names", () => {
  it("a schedule that ends before it starts", () => {
    expect(problem({ schedule: "linear", start: 0, end: 1, from: 5, to: 3 })).toMatch(
      /ends before it starts.*"to"/,
    );
  });

  it("an end out of range", () => {
    expect(problem({ schedule: "linear", start: 1, end: -1 }, z.number().nonnegative())).toMatch(/"end"/);
    expect(
      problem({ schedule: "piecewise", values: [1, -1], durations: [1] }, z.number().positive()),
    ).toMatch(/"values",1/);
  });

  it("durations that do not fit the values", () => {
    expect(problem({ schedule: "piecewise", values: [1, 2], durations: [1, 2] })).toMatch(/"durations"/);
  });

  it("starts too late when it would move only after the run", () => {
    const late = any.parse({ schedule: "linear", start: 0, end: 1, from: 10 });
    expect(startsTooLate(late, { stepsPerEpoch: 10, totalSteps: 100 })).toBe(true);
    expect(startsTooLate(late, { stepsPerEpoch: 10, totalSteps: 101 })).toBe(false);
    expect(startsTooLate(3, { stepsPerEpoch: 10, totalSteps: 100 })).toBe(false);
  });
});
