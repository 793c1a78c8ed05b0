/** Which of a run's checkpoints are used, and what a person should know of the choice. */

import { BetalabError } from "../base/errors.ts";
import type { Config } from "../config/index.ts";
import type { Checkpoint, NewestCheckpoint, RunDirectory } from "../runs/index.ts";
import { type Progress, progressSchema } from "../training/index.ts";

/** Where the training stood. Throws "run" naming the file when the checkpoint does not say. */
export function progressOf({ metadata }: Checkpoint, path: string): Progress {
  let value: unknown;
  try {
    value = JSON.parse(metadata.progress ?? "null");
  } catch {
    // Reported below: the parser's own message would quote a text that nobody sees.
  }
  const { success, data } = progressSchema.safeParse(value);
  if (success) return data;
  throw new BetalabError(
    "run",
    `${path} has a "progress" that can't be used`,
    "move it away to go on from the checkpoint before",
  );
}

/** The weights that a model of the run has: the newest, or with `training.keepBest` those of the best epoch. */
export function usedCheckpoint(
  run: RunDirectory,
  { training }: Config,
  newest: NewestCheckpoint,
): NewestCheckpoint {
  if (!training.keepBest) return newest;
  const best = bestOf(run);
  if (typeof best !== "string") return { ...best, problems: [] };
  const { checkpoint, path, problems } = newest;
  if (progressOf(checkpoint, path).best === undefined) return newest;
  const lost = `${best}; the weights of step ${checkpoint.step} are used instead of the best epoch's`;
  return { ...newest, problems: [...problems, lost] };
}

/** The weights of the best epoch so far; where they can't be used, why. */
export function bestOf({
  checkpoints,
}: Pick<RunDirectory, "checkpoints">): Omit<NewestCheckpoint, "problems"> | string {
  try {
    return checkpoints.best() ?? `${checkpoints.bestPath} is gone`;
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    return error.message;
  }
}
