/** What a studio does with its runs: jobs as the workbench has them, checked as the command line checks them, put into the queue. */

import { join } from "node:path";
import { allDescriptions, type Descriptions } from "../cli/index.ts";
import { loadWorkbench, type Workbench } from "../workbench/index.ts";
import type { StudioOptions } from "./folder.ts";
import { newId } from "./names.ts";
import { makeOrder, type Order, type OrderPlace } from "./orders.ts";
import type { JobRequest, QueueEntry } from "./protocol.ts";
import type { Studio } from "./studio.ts";

export class Workshop {
  readonly studio: Studio;
  readonly workbench: Workbench;
  readonly descriptions: Descriptions;
  readonly #options: StudioOptions;
  #submitting: Promise<unknown> = Promise.resolve();

  /** Throws BetalabError: what a config module brings about. */
  static async open(studio: Studio, options: StudioOptions): Promise<Workshop> {
    const { configModule, environment = process.env } = options;
    const workbench = await loadWorkbench(configModule, { environment });
    const descriptions = await allDescriptions(configModule, async () => workbench);
    return new Workshop(studio, options, workbench, descriptions);
  }

  private constructor(
    studio: Studio,
    options: StudioOptions,
    workbench: Workbench,
    descriptions: Descriptions,
  ) {
    this.studio = studio;
    this.workbench = workbench;
    this.descriptions = descriptions;
    this.#options = options;
  }

  get place(): OrderPlace {
    const { root, shown, queue } = this.studio;
    const expected = new Set(queue.ids().flatMap((one) => queue.order(one).about));
    const { environment = process.env, configModule } = this.#options;
    const descriptions = this.descriptions.jobs;
    return { workbench: this.workbench, descriptions, root, shown, environment, configModule, expected };
  }

  /** What a request would do; nothing is written. Throws what the command line would say. */
  async order(request: JobRequest, id: string): Promise<Order> {
    return makeOrder(request, join(this.studio.shown, ".studio", "queue", id), this.place);
  }

  /** Puts what is asked for into the queue, one request after the other: each sees what the one before will make. */
  async submit(request: JobRequest): Promise<QueueEntry> {
    const work = this.#submitting.then(async () => {
      const id = newId();
      const entry = this.studio.queue.add(id, await this.order(request, id));
      this.studio.scheduler.look();
      return entry;
    });
    this.#submitting = work.catch(() => {});
    return work;
  }
}
