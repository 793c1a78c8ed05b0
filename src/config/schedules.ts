/** The schedules of a config: every number in it that may change while training, and does. */

import type { Schedule } from "../nn/index.ts";
import type { Config } from "./schema.ts";
import { isPlainObject, leavesOf } from "./shape.ts";

export interface NamedSchedule {
  /** "optimizer.learningRate". */
  readonly key: string;
  readonly schedule: Exclude<Schedule, number>;
}

/** In the order in which they stand in the config. */
export function schedulesIn(config: Config): NamedSchedule[] {
  // The schema put them there, and it knows no other object that is one value.
  return leavesOf(config).flatMap(([key, value]) =>
    isPlainObject(value) ? [{ key, schedule: value as unknown as NamedSchedule["schedule"] }] : [],
  );
}
