/** What a worker process tells: JSON lines on its stdout. Its job comes as the first line of its stdin. */

import type { JobOutcome, JobProgress } from "./executor.ts";

export type WorkerMessage =
  | { readonly type: "progress"; readonly progress: JobProgress }
  | { readonly type: "step"; readonly step: string }
  | { readonly type: "interrupted" }
  | { readonly type: "error"; readonly error: NonNullable<JobOutcome["error"]> };

/** Takes text in any pieces and gives its lines. */
export class Lines {
  #rest = "";

  take(text: string): string[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    return lines.filter((line) => line !== "");
  }
}
