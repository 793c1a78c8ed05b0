/** What is started, and what is kept; nothing is really done: there is no process to do it beside the sources. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { writeFileAtomic } from "../base/disk.ts";
import { Lease } from "../base/lease.ts";
import { allocatedCores } from "../base/processes.ts";
import { Bus } from "./bus.ts";
import { newId } from "./names.ts";
import type { Order } from "./orders.ts";
import { Queue } from "./queue.ts";
import { Scheduler } from "./scheduler.ts";

const folder = temporaryFolders();

const order = (more: Partial<Order> = {}): Order => ({
  job: "presets",
  request: { job: "presets" },
  commandLine: "betalab presets",
  subject: undefined,
  options: {},
  about: [],
  threads: 0,
  ...more,
});

function opened() {
  const home = join(folder(), ".studio");
  const queue = new Queue(home);
  return { home, queue, scheduler: new Scheduler(home, queue, new Bus(), process.env) };
}

test("a training that was asked for where there are more cores begins once all of these are free", () => {
  const { queue, scheduler } = opened();
  const { id } = queue.add(newId(), order({ job: "train", threads: 4 * allocatedCores() }));
  const waits = queue.add(newId(), order({ job: "train", threads: 1 }));
  scheduler.look();
  expect(scheduler.entry(id).status).toBe("running");
  expect(scheduler.entry(waits.id).status).toBe("queued");
  scheduler.stop();
});

test("a studio that stood still so long that another one starts things can still be asked", () => {
  const { home, queue, scheduler } = opened();
  queue.add(newId(), order());
  scheduler.look();
  const other = Lease.take(join(home, "scheduler"), { takeOver: true });
  const { id } = queue.add(newId(), order());
  expect(queue.entry(id).status).toBe("queued");
  other.release();
  scheduler.stop();
});

test("looks at data push no comparison out of the queue", () => {
  const { queue } = opened();
  const add = (job: string, second: number): string => {
    const { id } = queue.add(newId(new Date(1000 * second).toISOString()), order({ job }));
    const state = { status: "finished", notes: [], files: [] };
    writeFileAtomic(join(queue.at(id), "state.json"), JSON.stringify(state));
    return id;
  };
  const compared = add("compare", 0);
  const looks = Array.from({ length: 210 }, (_, i) => add("data inspect", i + 1));
  queue.tidy();
  expect(existsSync(queue.at(compared))).toBe(true);
  expect(queue.ids()).toEqual([compared, ...looks.slice(-20)]);
});
