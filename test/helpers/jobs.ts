/** Jobs in tests: run to their end without a command line, with the files that they make where a run keeps them. */

import type { z } from "zod";
import type { Registries } from "../../src/config/index.ts";
import { shipped } from "../../src/config/node.ts";
import {
  type Job,
  type JobEvent,
  jobs,
  type Outcome,
  runJob as run,
  type Subjects,
  saveOutcome,
  type Takes,
} from "../../src/jobs/index.ts";

export interface Surroundings {
  readonly signal?: AbortSignal;
  /** Default: what is shipped. */
  readonly registries?: Registries;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Called with everything that the job tells, as it comes. */
  readonly onEvent?: (event: JobEvent) => void;
}

/** All that a running job tells, and what it comes to. */
export async function finish<V>(
  events: AsyncGenerator<JobEvent, Outcome<V>, void>,
  onEvent?: (event: JobEvent) => void,
): Promise<{ readonly events: readonly JobEvent[]; readonly outcome: Outcome<V> }> {
  const told: JobEvent[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done) return { events: told, outcome: next.value };
    told.push(next.value);
    onEvent?.(next.value);
  }
}

/** What a job comes to. */
export async function runJob<N extends string, T extends Takes, O extends z.ZodObject, V extends z.ZodType>(
  job: Job<N, T, O, V>,
  subject: Subjects[T],
  options: z.input<O>,
  { signal, registries = shipped, environment = {}, onEvent }: Surroundings = {},
): Promise<Outcome<z.output<V>>> {
  const context = { subject, registries, jobs, environment, signal };
  const { outcome } = await finish(run(job, context, options), onEvent);
  return outcome as Outcome<z.output<V>>;
}

/** The same, with its artifacts written: beside the subject, or to `out`. */
export async function saveJob<N extends string, T extends Takes, O extends z.ZodObject, V extends z.ZodType>(
  job: Job<N, T, O, V>,
  subject: Subjects[T],
  options: z.input<O>,
  { out, ...surroundings }: Surroundings & { readonly out?: string } = {},
): Promise<{ readonly value: z.output<V>; readonly paths: readonly string[] }> {
  const outcome = await runJob(job, subject, options, surroundings);
  return { value: outcome.value, paths: await saveOutcome(job, outcome, out) };
}
