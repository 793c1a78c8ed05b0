/**
 * A studio of one folder: its runs, its queue, its trash. Reading them needs little code, so that a page has its table soon; what
 * does anything is `workshop.ts`. The routes are in `app.ts`.
 */

import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { Bus } from "./bus.ts";
import { checkFolder, type StudioOptions } from "./folder.ts";
import { inside } from "./inside.ts";
import type { RunRow } from "./protocol.ts";
import { Queue } from "./queue.ts";
import { notThere } from "./refused.ts";
import { RunsIndex } from "./runs-index.ts";
import { Scheduler } from "./scheduler.ts";
import { Trash } from "./trash.ts";

export class Studio {
  readonly root: string;
  readonly shown: string;
  readonly readOnly: boolean;
  readonly bus = new Bus();
  readonly index: RunsIndex;
  readonly queue: Queue;
  readonly scheduler: Scheduler;
  readonly trash: Trash;
  readonly home: string;

  /** Throws BetalabError as `checkFolder` does. */
  constructor({ folder, readOnly = false, environment = process.env }: StudioOptions) {
    checkFolder(folder);
    this.root = realpathSync(resolve(folder));
    this.shown = folder;
    this.readOnly = readOnly;
    this.home = join(this.root, ".studio");
    this.index = new RunsIndex(this.root, folder, this.bus);
    this.queue = new Queue(this.home);
    this.scheduler = new Scheduler(this.home, this.queue, this.bus, environment);
    this.trash = new Trash(this.root);
  }

  /** Begins to look, and to start what waits. Resolves once all runs have been read. */
  start(): Promise<void> {
    this.scheduler.start(this.readOnly);
    return this.index.start();
  }

  /** Where a run is. Throws Refused 403, 404. */
  folderOf(id: string): string {
    const folder = inside(this.root, id);
    if (!existsSync(join(folder, "run.json"))) throw notThere(`a run ${id}`);
    return folder;
  }

  /** A run as it is now. Throws as `folderOf`. */
  rowOf(id: string): RunRow {
    this.folderOf(id);
    const row = this.index.row(id);
    if (row === undefined) throw notThere(`a run ${id}`);
    return row;
  }

  /** Ends that; what runs goes on. */
  close(): void {
    this.index.stop();
    this.scheduler.stop();
  }
}
