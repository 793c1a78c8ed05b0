/** Where two configs differ, for people. */

import { canonicalJson } from "../base/json.ts";
import { isPlainObject } from "./shape.ts";

export interface Difference {
  /** `objective.beta`. */
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Where two values differ, by path; an object on one side only is one difference. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (isPlainObject(before) && isPlainObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ key: path, before, after }];
}
