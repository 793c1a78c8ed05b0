/** A studio of one folder: what it knows, and what is done for it. The routes are in `app.ts`. */

import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { allDescriptions, type Descriptions } from "../cli/index.ts";
import { loadWorkbench, type Workbench } from "../workbench/index.ts";
import { Bus } from "./bus.ts";
import { checkFolder, type StudioOptions } from "./folder.ts";
import { makeOrder, type Order, type OrderPlace } from "./orders.ts";
import type { JobRequest, QueueEntry } from "./protocol.ts";
import { Queue } from "./queue.ts";
import { RunsIndex } from "./runs-index.ts";
import { Scheduler } from "./scheduler.ts";
import { Trash } from "./trash.ts";

export class Studio {
  readonly root: string;
  readonly shown: string;
  readonly readOnly: boolean;
  readonly workbench: Workbench;
  readonly descriptions: Descriptions;
  readonly bus = new Bus();
  readonly index: RunsIndex;
  readonly queue: Queue;
  readonly scheduler: Scheduler;
  readonly trash: Trash;
  readonly #home: string;
  readonly #options: StudioOptions;
  #submitting: Promise<unknown> = Promise.resolve();

  /** Throws BetalabError as `checkFolder` does, and what a config module brings about. */
  static async open(options: StudioOptions): Promise<Studio> {
    const { folder, configModule, environment = process.env } = options;
    checkFolder(folder);
    const workbench = await loadWorkbench(configModule, { environment });
    const descriptions = await allDescriptions(configModule, async () => workbench);
    return new Studio(options, workbench, descriptions);
  }

  private constructor(options: StudioOptions, workbench: Workbench, descriptions: Descriptions) {
    const { folder, readOnly = false, environment = process.env } = options;
    this.root = realpathSync(resolve(folder));
    this.shown = folder;
    this.readOnly = readOnly;
    this.workbench = workbench;
    this.descriptions = descriptions;
    this.#options = options;
    this.#home = join(this.root, ".studio");
    this.index = new RunsIndex(this.root, folder, this.bus);
    this.queue = new Queue(this.#home);
    this.scheduler = new Scheduler(this.#home, this.queue, this.bus, environment);
    this.trash = new Trash(this.root);
  }

  /** Begins to look, and to start what waits. */
  start(): void {
    this.index.start();
    this.scheduler.start(this.readOnly);
  }

  /** Ends that; what runs goes on. */
  close(): void {
    this.index.stop();
    this.scheduler.stop();
  }

  get uploads(): string {
    return join(this.#home, "uploads");
  }

  get place(): OrderPlace {
    const { workbench, root, shown } = this;
    const expected = new Set(this.queue.ids().flatMap((one) => this.queue.order(one).about));
    const descriptions = this.descriptions.jobs;
    const { environment = process.env, configModule } = this.#options;
    return { workbench, descriptions, root, shown, environment, configModule, expected };
  }

  /** What a request would do; nothing is written. Throws what the command line would say. */
  async order(request: JobRequest, id: string): Promise<Order> {
    return makeOrder(request, join(this.shown, ".studio", "queue", id), this.place);
  }

  /** Puts what is asked for into the queue, one request after the other: each sees what the one before will make. */
  async submit(request: JobRequest): Promise<QueueEntry> {
    const work = this.#submitting.then(async () => {
      const id = Queue.newId();
      const entry = this.queue.add(id, await this.order(request, id));
      this.scheduler.look();
      return entry;
    });
    this.#submitting = work.catch(() => {});
    return work;
  }
}
