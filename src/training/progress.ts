/** Where a training stands beside its tensors: all of it goes into every checkpoint. */

import type { BuiltObjective, Memory } from "../objectives/index.ts";
import { groupNames } from "./step.ts";

/** What a checkpoint holds beside the state. */
export interface Progress {
  /** Optimiser steps done. */
  readonly step: number;
  /** Terms since the last logged line, so that a resumed run logs the same averages. */
  readonly pending: string;
  /** What `Control.text` gave; absent in checkpoints of runs that needed none. */
  readonly control?: string | undefined;
}

/** How often each group of parameters was updated, and what the objective's routine remembers. */
export class Control {
  /** Adam's t of each group. */
  readonly updates: Readonly<Record<string, number>>;
  readonly memory: Memory;

  private constructor(updates: Readonly<Record<string, number>>, memory: Memory) {
    this.updates = updates;
    this.memory = memory;
  }

  /** At the start; or from a checkpoint, where a group without a count was updated at every step. */
  static of(objective: BuiltObjective, { step, control }: Pick<Progress, "step" | "control">): Control {
    const { updates = {}, memory = objective.routine?.initial ?? {} } = (
      control === undefined ? {} : JSON.parse(control)
    ) as Partial<Control>;
    const counts = groupNames(objective).map((group) => [group, updates[group] ?? step] as const);
    return new Control(Object.fromEntries(counts), memory);
  }

  /** After `count` updates of `groups`. */
  updated(groups: readonly string[], count: number): Control {
    const updates = { ...this.updates };
    for (const group of groups) updates[group] = (updates[group] ?? 0) + count;
    return new Control(updates, this.memory);
  }

  remembering(memory: Memory): Control {
    return new Control(this.updates, memory);
  }

  /** For a checkpoint: numbers survive JSON exactly. */
  text(): string {
    return JSON.stringify({ updates: this.updates, memory: this.memory });
  }
}
