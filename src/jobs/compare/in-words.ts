/** What runs differ in, in words, by the numbers that they hold: no data and no model is opened. */

import type { Watch } from "../../base/progress.ts";
import type { Registries } from "../../config/index.ts";
import type { Said } from "../../metrics/index.ts";
import { collectRuns } from "./collect.ts";
import { compareGroups } from "./compare.ts";
import { groupRuns } from "./group.ts";
import { verdict } from "./verdict.ts";
import { changes } from "./words.ts";

/** `undefined` for a single setting. Throws "data" when the runs are of different data, "run" when files are broken; "interrupted". */
export async function compareInWords(
  paths: readonly string[],
  registries: Registries,
  watch: Watch,
): Promise<{ verdict: string; words: Said[] } | undefined> {
  const groups = groupRuns((await collectRuns(paths, { registries }, watch)).runs);
  if (groups.length < 2) return undefined;
  const comparison = compareGroups(groups);
  return { verdict: verdict(comparison, groups), words: [...changes(comparison, groups)] };
}
