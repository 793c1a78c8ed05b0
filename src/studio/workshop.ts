/** What a studio does with its runs: jobs as the workbench has them, checked as the command line checks them, put into the queue. */

import { join } from "node:path";
import { allDescriptions } from "../cli/index.ts";
import { loadWorkbench } from "../workbench/index.ts";
import type { StudioOptions } from "./folder.ts";
import { newId } from "./names.ts";
import { makeOrder, type Order, type OrderPlace } from "./orders.ts";
import type { JobRequest, QueueEntry } from "./protocol.ts";
import type { Studio } from "./studio.ts";

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

/** Throws BetalabError: what a config module brings about. */
export async function openWorkshop(
  studio: Studio,
  { configModule, environment = process.env }: StudioOptions,
) {
  const { root, shown, queue, scheduler } = studio;
  const workbench = await loadWorkbench(configModule, { environment });
  const descriptions = await allDescriptions(configModule, async () => workbench);
  const jobs = descriptions.jobs;
  // Where something goes the page says; a place for all results of a command line is none of the studio's.
  const around = { ...environment, BETALAB_OUT: undefined };
  const place = (): OrderPlace => {
    const open = scheduler.entries().filter(({ status }) => status === "queued" || status === "running");
    const expected = new Set(open.flatMap(({ about }) => about));
    return { workbench, descriptions: jobs, root, shown, environment: around, configModule, expected };
  };

  /** What a request would do; nothing is written. Throws what the command line would say. */
  const order = async (request: JobRequest, id: string): Promise<Order> =>
    makeOrder(request, join(shown, ".studio", "queue", id), place());

  /** Puts what is asked for into the queue, one request after the other: each sees what the one before will make. */
  let submitting: Promise<unknown> = Promise.resolve();
  const submit = async (request: JobRequest): Promise<QueueEntry> => {
    const work = submitting.then(async () => {
      const id = newId();
      const entry = queue.add(id, await order(request, id));
      scheduler.look();
      return entry;
    });
    submitting = work.catch(() => {});
    return work;
  };
  return { studio, workbench, descriptions, place, order, submit };
}
