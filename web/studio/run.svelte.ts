/** One run, followed: what it has logged, drawn and saved so far. */

import type { MetricRecord } from "../../src/runs/web.ts";
import type { Figure, RunDetail, RunEvents, RunRow } from "../../src/studio/web.ts";
import { routes } from "../../src/studio/web.ts";
import { ask, listen, Refused, sayError } from "./client.ts";

export class FollowedRun {
  readonly id: string;
  row: RunRow | undefined = $state.raw();
  detail: RunDetail | undefined = $state.raw();
  records: readonly MetricRecord[] = $state.raw([]);
  figures: readonly Figure[] = $state.raw([]);
  /** Lines of its log that can't be read. */
  broken = $state(0);
  /** It was deleted or moved, or was never there; a sentence. */
  gone: string | undefined = $state();
  problem: string | undefined = $state();

  constructor(id: string) {
    this.id = id;
  }

  start(): () => void {
    const stop = listen<RunEvents>(routes.live(this.id), {
      records: ({ records, fromStart, broken }) => {
        this.records = fromStart ? records : [...this.records, ...records];
        this.broken = broken;
      },
      run: (row) => {
        const before = this.row;
        this.row = row;
        // What a job has written since: an evaluation, checkpoints, another config.
        if (
          before !== undefined &&
          (before.status !== row.status || before.has.join() !== row.has.join() || before.bytes !== row.bytes)
        )
          void this.look();
      },
      figures: (figures) => {
        this.figures = figures;
      },
      gone: () => {
        stop();
        this.gone = `${this.id} is gone: it was deleted or moved`;
      },
    });
    void this.look();
    return stop;
  }

  async look(): Promise<void> {
    try {
      this.detail = await ask<RunDetail>(routes.run(this.id));
      this.row ??= this.detail.row;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) this.gone ??= sayError(error);
      else this.problem = sayError(error);
    }
  }
}
