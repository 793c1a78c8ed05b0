/** `sweep`: many trainings that differ in some settings, side by side, continued where they stopped. */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { type RequiredExtension, requiredExtensions } from "../config/node.ts";
import { type Context, data, defineJob, device, epochs, set } from "../jobs/index.ts";
import { defineSweep, readSweep, type SweepDefinition } from "./definition.ts";
import { LocalExecutor, shareCores } from "./executors/local.ts";
import { planSweep } from "./plan.ts";
import { countPending, runSweep } from "./run-sweep.ts";
import { checkSteps } from "./steps.ts";

const value = z.object({
  path: z.string().describe("the sweep's folder"),
  name: z.string(),
  runs: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      settings: z.record(z.string(), z.unknown()).describe("what this run has of its own, by config key"),
      status: z.enum(["waiting", "running", "finished", "failed", "interrupted"]),
      before: z.boolean().describe("it was finished before this sweep began"),
      seconds: z.number().optional().describe("of this sweep's work on it"),
      error: z.string().optional(),
      hint: z.string().optional(),
    }),
  ),
});

export const sweep = defineJob({
  name: "sweep",
  summary: "train a grid of settings × seeds, several runs at a time; the same line again continues it",
  example: "betalab sweep mnist-betas --data path/to/mnist",
  takes: "sweep",
  options: z.strictObject({
    data,
    out: z.string().min(1).optional().meta({
      description: "the sweep's folder (default: runs/NAME)",
      placeholder: "folder",
      environment: "BETALAB_OUT",
    }),
    set,
    epochs,
    device,
    jobs: z.int().min(1).optional().describe("runs at a time (default: a core each)"),
  }),
  value,
  async *run(context, options) {
    const definition = definitionOf(context);
    await checkSteps(definition.steps, context.jobs, definition.origin);
    const plan = planSweep(definition, {
      out: options.out,
      set: options.set,
      flags: { device: options.device, "training.epochs": options.epochs },
      environment: context.environment,
      registries: context.registries,
    });
    for (const { config } of plan.runs) checkPortable(requiredExtensions(config, context.registries));
    const pending = countPending(plan);
    const { jobs, threads } = shareCores(pending, options.jobs);
    const done = plan.runs.length - pending;
    yield {
      type: "note",
      text:
        `${plan.name}: ${plan.runs.length} runs into ${plan.path}` +
        (done > 0 ? `, ${done} of them finished already` : "") +
        (pending > 0 ? `; ${jobs} at a time, ${threads} ${threads === 1 ? "thread" : "threads"} each` : ""),
    };
    const executor = new LocalExecutor({
      jobs,
      environment: context.environment,
      configModule: context.configModule,
    });
    const runs = yield* runSweep(plan, { executor, threads, data: options.data, signal: context.signal });
    return {
      value: {
        path: plan.path,
        name: plan.name,
        runs: runs.map(({ progress: _, ...run }, i) => ({ ...run, settings: plan.runs[i]!.settings })),
      },
      failed: runs.some(({ status }) => status === "failed"),
    };
  },
});

function definitionOf({ subject }: Context<"sweep">): SweepDefinition {
  return typeof subject === "string" ? readSweep(subject) : defineSweep(subject, "sweep");
}

/** Runs are trained in other processes, which can load a module but not take over an object. */
function checkPortable(extensions: readonly RequiredExtension[]): void {
  const stuck = extensions.find(({ module }) => module === undefined);
  if (stuck === undefined) return;
  throw new BetalabError(
    "config",
    `the sweep needs "${stuck.name}" of ${stuck.registry}, which was given in code: other processes can't have it`,
    "put it into betalab.config.js and use loadWorkbench()",
  );
}
