/** What the page knows of the folder, kept up with the server: runs, sweeps, queue, trash. */

import type {
  Catalogue,
  QueueEntry,
  RunRow,
  RunsTable,
  Studio,
  StudioEvents,
  SweepRow,
  TrashEntry,
} from "../../src/studio/web.ts";
import { routes } from "../../src/studio/web.ts";
import { ask, listen, Refused, sayError } from "./client.ts";

/** A sentence at the foot of the page, with what can be done about it. */
export interface Message {
  readonly text: string;
  readonly kind: "said" | "problem";
  /** It is only so while the studio can't be reached. */
  readonly isOfLink?: boolean;
  readonly action?: { readonly name: string; readonly run: () => unknown } | undefined;
}

export class Store {
  studio: Studio | undefined = $state.raw();
  rows: readonly RunRow[] = $state.raw([]);
  varying: RunsTable["varying"] = $state.raw([]);
  measures: RunsTable["measures"] = $state.raw({});
  sweeps: readonly SweepRow[] = $state.raw([]);
  queue: readonly QueueEntry[] = $state.raw([]);
  trash: readonly TrashEntry[] = $state.raw([]);
  /** The first answer has come. */
  isLoaded = $state(false);
  /** Whether what is shown is kept up. */
  link: "open" | "waiting" | "closed" = $state("waiting");
  message: Message | undefined = $state.raw();
  /** Milliseconds, moved on twice a minute: ages are told from it. */
  now = $state(Date.now());
  #catalogue: Promise<Catalogue> | undefined;
  #stop: (() => void) | undefined;
  /** It could not be got: it is asked for again once the studio answers. */
  #isMissing = false;
  /** By id of the queue: who wants to know what it came to. */
  readonly #waiting = new Map<string, (entry: QueueEntry) => void>();

  /** Listens first and gets everything then, so that nothing is missed. */
  start(): () => void {
    this.#stop = listen<StudioEvents>(
      routes.events,
      {
        runs: ({ rows, removed, varying, measures }) => {
          this.#merge(rows, new Set(removed));
          [this.varying, this.measures] = [varying, measures];
        },
        sweeps: (sweeps) => {
          this.sweeps = sweeps;
        },
        queue: (entry) => {
          this.queue = [entry, ...this.queue.filter(({ id }) => id !== entry.id)].sort((a, b) =>
            b.id.localeCompare(a.id),
          );
          if (entry.status === "queued" || entry.status === "running") return;
          this.#waiting.get(entry.id)?.(entry);
          this.#waiting.delete(entry.id);
        },
        trash: (trash) => {
          this.trash = trash;
        },
        reload: () => void this.#load(),
      },
      (state) => {
        this.link = state;
        // That it did not answer is no longer so.
        if (state === "open" && this.message?.isOfLink) this.message = undefined;
        if (state === "open" && this.#isMissing) void this.#load();
      },
    );
    void this.#load();
    const clock = setInterval(() => {
      this.now = Date.now();
    }, 30_000);
    return () => {
      this.#stop?.();
      clearInterval(clock);
    };
  }

  async #load(): Promise<void> {
    try {
      const [studio, table, queue, trash] = await Promise.all([
        ask<Studio>(routes.studio),
        ask<RunsTable>(routes.runsSoon),
        ask<readonly QueueEntry[]>(routes.queue),
        ask<readonly TrashEntry[]>(routes.trash),
      ]);
      const { rows, sweeps, varying, measures } = table;
      Object.assign(this, { studio, rows, sweeps, varying, measures, queue, trash, isLoaded: true });
      this.#isMissing = false;
    } catch (error) {
      this.#isMissing = true;
      this.#tell(error);
    }
  }

  #merge(changed: readonly RunRow[], removed: ReadonlySet<string>): void {
    const fresh = new Map(changed.map((row) => [row.id, row]));
    const kept = this.rows
      .filter(({ id }) => !removed.has(id))
      .map((row) => {
        const next = fresh.get(row.id);
        if (next !== undefined) fresh.delete(row.id);
        return next ?? row;
      });
    this.rows =
      fresh.size === 0
        ? kept
        : [...fresh.values(), ...kept].sort(
            (a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? "") || a.id.localeCompare(b.id),
          );
  }

  get readOnly(): boolean {
    return this.studio?.readOnly ?? true;
  }

  row(id: string): RunRow | undefined {
    return this.rows.find((row) => row.id === id);
  }

  /** Asked for once. */
  catalogue(): Promise<Catalogue> {
    this.#catalogue ??= ask<Catalogue>(routes.jobs);
    return this.#catalogue;
  }

  say(text: string, action?: Message["action"]): void {
    this.message = { kind: "said", text, action };
  }

  /** Calls `told` once, when this entry of the queue has ended. */
  whenOver(id: string, told: (entry: QueueEntry) => void): void {
    this.#waiting.set(id, told);
  }

  /** Does it; what is refused is said. Whether it was done. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#tell(error);
      return false;
    }
  }

  #tell(error: unknown): void {
    const isOfLink = error instanceof Refused && error.code === "network";
    this.message = { kind: "problem", text: sayError(error), isOfLink };
  }
}
