/** All jobs of the house. */

import { type Context, jobs } from "../jobs/index.ts";
import type { JobDescription } from "./description.ts";

/** Jobs by the name of their function, each loaded when it is asked for. */
export type Catalogue = Context["jobs"];

const { demo, train, resume, suggest, ...others } = jobs;

/** What ships, in the order of the help. */
export const catalogue = {
  demo,
  train,
  resume,
  suggest,
  sweep: async () => (await import("../sweeps/index.ts")).sweep,
  sweepStatus: async () => (await import("../sweeps/index.ts")).sweepStatus,
  sweepLogs: async () => (await import("../sweeps/index.ts")).sweepLogs,
  sweepCancel: async () => (await import("../sweeps/index.ts")).sweepCancel,
  sweepRetry: async () => (await import("../sweeps/index.ts")).sweepRetry,
  worker: async () => (await import("../sweeps/index.ts")).worker,
  ...others,
} satisfies Catalogue;

/** The descriptions of a catalogue's jobs, in its order: loads every job. */
export async function describeAll(all: Catalogue = catalogue): Promise<JobDescription[]> {
  const { describeJob } = await import("./describe.ts");
  return Promise.all(Object.values(all).map(async (load) => describeJob(await load())));
}
