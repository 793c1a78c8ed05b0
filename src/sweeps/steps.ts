/** What a sweep does with each trained run: any job of the catalogue that works on a run. */

import { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { type AnyJob, type Context, checkOptions, type Step, type Takes } from "../jobs/index.ts";

/** `evaluate`, or `evaluate: { samples: 100 }`. */
export const stepSchema = z
  .union([
    z.string().transform((job): Step => ({ job, options: {} })),
    z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .refine((given) => Object.keys(given).length === 1, "must be the name of one job, with its options")
      .transform((given): Step => {
        const [[job, options]] = Object.entries(given) as [[string, Step["options"]]];
        return { job, options };
      }),
  ])
  .describe("done with each run after it is trained");

/** Jobs that can work on one run. */
const onRuns: ReadonlySet<Takes> = new Set<Takes>(["run", "model", "runs", "models"]);

/** What a step's job is given as its subject. */
export function subjectOf({ takes }: Pick<AnyJob, "takes">, path: string): string | readonly string[] {
  return takes === "runs" || takes === "models" ? [path] : path;
}

/**
 * Checks names and options before anything trains.
 *
 * @throws BetalabError "config" naming the step, and the option when it has a wrong one.
 */
export async function checkSteps(
  steps: readonly Step[],
  jobs: Context["jobs"],
  origin: string,
): Promise<void> {
  for (const { job: name, options } of steps) {
    const load = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
    const job = await load?.();
    if (job === undefined || !onRuns.has(job.takes)) {
      const what = job === undefined ? "there is no job of that name" : "that job doesn't work on a run";
      throw new BetalabError(
        "config",
        `${origin}: then has "${name}": ${what}`,
        suggest(name, await fitting(jobs)),
      );
    }
    try {
      checkOptions(job, options);
    } catch (cause) {
      if (!(cause instanceof BetalabError)) throw cause;
      throw new BetalabError("config", `${origin}: then.${name}: ${cause.message}`, cause.hint, { cause });
    }
  }
}

async function fitting(jobs: Context["jobs"]): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(jobs).map(async ([name, load]) => [name, onRuns.has((await load()).takes)] as const),
  );
  return found.filter(([, fits]) => fits).map(([name]) => name);
}
