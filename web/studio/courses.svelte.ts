/** The logs of several runs, read on as they grow. A stream for each would be more than a browser holds open. */

import type { MetricRecord } from "../../src/runs/web.ts";
import type { Records, RunRow } from "../../src/studio/web.ts";
import { routes } from "../../src/studio/web.ts";
import { ask } from "./client.ts";
import { type Course, coursesOf } from "./history.ts";

interface Log {
  readonly records: readonly MetricRecord[];
  readonly at: string;
  readonly step: number;
}

export class Courses {
  #logs = new Map<string, Log>();
  readonly #asked = new Set<string>();
  byRun: ReadonlyMap<string, readonly Course[]> = $state.raw(new Map());

  /** Reads what these runs have logged since; call it when they have moved. */
  follow(rows: readonly RunRow[]): void {
    for (const { id, progress, status } of rows) {
      const log = this.#logs.get(id);
      if (status === "unreadable" || this.#asked.has(id) || log?.step === progress.step) continue;
      this.#asked.add(id);
      void this.#read(id, log, progress.step);
    }
  }

  async #read(id: string, log: Log | undefined, step: number): Promise<void> {
    try {
      const { records, at, fromStart } = await ask<Records>(routes.records(id, log?.at));
      const all = fromStart || log === undefined ? records : [...log.records, ...records];
      this.#logs.set(id, { records: all, at, step });
      this.byRun = new Map(this.byRun).set(id, coursesOf(all));
    } catch {} // A run that went away has its row gone as well.
    this.#asked.delete(id);
  }
}
