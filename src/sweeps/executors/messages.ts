/** What a worker process tells: JSON lines on its stdout. Its task comes as the first line of its stdin. */

import type { DoneStep, TaskOutcome, TaskProgress } from "./executor.ts";

export type WorkerMessage =
  | { readonly type: "progress"; readonly progress: TaskProgress }
  | { readonly type: "step"; readonly step: DoneStep }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "interrupted" }
  | { readonly type: "error"; readonly error: NonNullable<TaskOutcome["error"]> };

/** Takes text in any pieces and gives its lines. */
export class Lines {
  #rest = "";

  take(text: string): string[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    return lines.filter((line) => line !== "");
  }
}
