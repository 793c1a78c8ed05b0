/** A run's log in another program's hands, kept while the run trains. */

import type { MetricRecord, RunDirectory } from "../../runs/index.ts";

export interface RunLog {
  /** A line of `metrics.jsonl`, after it was written there. */
  record(record: MetricRecord): void;
  /** The pictures of an epoch, drawn after `step` steps. */
  pictures(step: number, paths: readonly string[]): void;
  /** What a person should know, each once. */
  said(): string[];
  /** The last word, with the files of the exported model; it takes seconds at most. */
  end(how: "finished" | "interrupted" | "failed", model: readonly string[]): Promise<void>;
  /** Lets go at once. Harmless when called again. */
  close(): void;
}

/** When a step was done, in seconds since 1970: the log has no clock, so training's seconds are spread evenly over its steps. */
export function clockOf({ information }: RunDirectory): (step: number) => number {
  const { createdAt, timings, progress } = information;
  const start = Date.parse(createdAt) / 1000;
  const secondsAStep = timings.seconds / Math.max(1, progress.step);
  return (step) => start + step * secondsAStep;
}
