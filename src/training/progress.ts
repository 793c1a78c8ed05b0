/** Where a training stands beside its tensors: all of it goes into every checkpoint, as data. */

import { z } from "zod";
import type { BuiltObjective, Memory } from "../objectives/index.ts";
import { groupNames } from "./step.ts";

const count = z.int().nonnegative();

/** How often each group of parameters was updated, and what the objective's routine remembers. */
const control = z.object({
  updates: z.record(z.string(), count),
  memory: z.record(z.string(), z.number()),
});

/** What a checkpoint holds beside the state; numbers survive JSON exactly. */
export const progressSchema = z.object({
  /** Training steps done. */
  step: count,
  control,
  /** Terms since the last logged line, so that a resumed run logs the same averages. */
  pending: z.object({
    count,
    sums: z.record(z.string(), z.union([z.number(), z.array(z.number())])),
  }),
  /** The epoch, from 1, whose monitored value is the lowest so far. */
  best: z.object({ epoch: z.int().positive(), value: z.number() }).optional(),
  /** The epoch that ends here was not evaluated: a stop came before. */
  unevaluated: z.literal(true).optional(),
});

export type Control = Readonly<z.output<typeof control>>;
export type Progress = Readonly<z.output<typeof progressSchema>>;

export function initialProgress(objective: BuiltObjective): Progress {
  const updates = Object.fromEntries(groupNames(objective).map((group) => [group, 0]));
  return {
    step: 0,
    control: { updates, memory: { ...objective.routine?.initial } },
    pending: { count: 0, sums: {} },
  };
}

/** After `times` updates of `groups`. */
export function updated({ updates, memory }: Control, groups: readonly string[], times: number): Control {
  const counted = groups.map((group) => [group, updates[group]! + times] as const);
  return { updates: { ...updates, ...Object.fromEntries(counted) }, memory };
}

export function remembering({ updates }: Control, memory: Memory): Control {
  return { updates, memory };
}
