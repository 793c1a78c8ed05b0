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
  /** Lines of its metrics that can't be read. */
  broken = $state(0);
  /** It was deleted or moved, or was never there; a sentence. */
  gone: string | undefined = $state();
  problem: string | undefined = $state();
  #stop: (() => void) | undefined;

  constructor(id: string) {
    this.id = id;
  }

  start(): () => void {
    this.#stop = listen<RunEvents>(
      routes.live(this.id),
      {
        records: ({ records, fromStart, broken }) => {
          this.records = fromStart ? records : [...this.records, ...records];
          this.broken = fromStart ? broken : this.broken + broken;
        },
        run: (row) => {
          const before = this.row;
          this.row = row;
          // What a job has written since: an evaluation, checkpoints, another config.
          if (
            before !== undefined &&
            (before.status !== row.status ||
              before.has.join() !== row.has.join() ||
              before.bytes !== row.bytes)
          )
            void this.look();
        },
        figures: (figures) => {
          this.figures = figures;
        },
        gone: () => {
          this.#stop?.();
          this.gone = `${this.id} is gone: it was deleted or moved`;
        },
      },
      (state) => {
        // What could not be asked for while the studio was away.
        if (state === "open" && this.problem !== undefined) void this.look();
      },
    );
    void this.look();
    return () => this.#stop?.();
  }

  /** It was put back where it was. */
  comeBack(): void {
    this.gone = undefined;
    this.start();
  }

  async look(): Promise<void> {
    try {
      this.detail = await ask<RunDetail>(routes.run(this.id));
      this.row ??= this.detail.row;
      this.problem = undefined;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) this.gone ??= sayError(error);
      else this.problem = sayError(error);
    }
  }
}
