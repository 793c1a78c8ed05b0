/** The schedules of a config: every number in it that may change while training, and does. */

import type { Schedule } from "../nn/index.ts";
import type { Config } from "./schema.ts";
import { isPlainObject } from "./shape.ts";

export interface NamedSchedule {
  /** "optimizer.learningRate". */
  readonly key: string;
  readonly schedule: Exclude<Schedule, number>;
}

/** In the order in which they stand in the config. */
export function schedulesIn(config: Config): NamedSchedule[] {
  return found(config, []);
}

function found(value: unknown, path: readonly string[]): NamedSchedule[] {
  if (!isPlainObject(value)) return [];
  if ("schedule" in value) {
    // The schema put it there, and it knows no other object with that key.
    return [{ key: path.join("."), schedule: value as unknown as NamedSchedule["schedule"] }];
  }
  return Object.entries(value).flatMap(([key, inner]) => found(inner, [...path, key]));
}
