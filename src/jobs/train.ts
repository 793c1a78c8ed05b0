/** `train`: a preset or a config file into a new run directory. */

import { z } from "zod";
import type { Config } from "../config/index.ts";
import { describeTraining, said } from "../metrics/index.ts";
import type { JobEvent } from "./events.ts";
import { defineJob, type Outcome } from "./job.ts";
import { logOptions } from "./logs/index.ts";
import { data, device, epochs, runFolder, seed, set } from "./options.ts";
import { resolveSubject } from "./resolve-subject.ts";
import { startRun } from "./run-training.ts";

const nats = (what: string) => z.number().describe(`${what}, nats per image`);

/** What a training came to: the value of every job that trains. */
export const trainingValue = z.object({
  path: z.string().describe("the run directory"),
  status: z
    .enum(["finished", "interrupted"])
    .describe("interrupted: stopped, with a checkpoint to go on from"),
  step: z.int().describe("training steps done"),
  before: z.int().optional().describe("training steps that were done before this call; absent for none"),
  steps: z.int().describe("training steps of the whole run"),
  epochs: z.int().describe("epochs of the whole run"),
  heldOut: z
    .looseObject({
      negativeElbo: nats("−ELBO at β = 1, by one draw of z an image"),
      reconstruction: nats("−ln p(x|z)"),
      kl: nats("KL(q(z|x) ‖ p(z))"),
      klPerDimension: z.array(z.number()).describe("KL of each latent, nats per image"),
      images: z.int().describe("held-out images"),
    })
    .optional()
    .describe("of the last whole epoch"),
  words: z
    .array(said)
    .describe("what the last whole epoch's numbers mean, for a learner and for a researcher"),
  pictures: z.array(z.string()).describe("the last epoch's pictures"),
  model: z.array(z.string()).describe("files of the exported model"),
  modelStep: z
    .int()
    .optional()
    .describe("training steps of the exported weights: the last, or the best epoch's"),
});

export type TrainingValue = z.output<typeof trainingValue>;

export const train = defineJob({
  name: "train",
  summary: "train a preset or a config file",
  example: "betalab train mnist-mlp-20 --data path/to/mnist --set objective.beta=2",
  takes: "config",
  options: z.strictObject({ data, out: runFolder, set, seed, epochs, device, ...logOptions }),
  value: trainingValue,
  async *run(context, options) {
    const { config, origins } = resolveSubject(context, options);
    return yield* trainingOutcome(
      startRun(config, { ...context, data: options.data, origins, logs: options }, options.out),
    );
  },
});

/** Hands a training's events on, and says what it came to. */
export async function* trainingOutcome(
  events: AsyncIterable<JobEvent>,
): AsyncGenerator<JobEvent, Outcome<TrainingValue>, void> {
  let value: TrainingValue = {
    ...{ path: "", status: "interrupted", step: 0, steps: 0, epochs: 0 },
    ...{ words: [], pictures: [], model: [] },
  };
  let beta: number | undefined;
  for await (const event of events) {
    if (event.type === "start") {
      const { step, totalSteps } = event;
      value = { ...value, steps: totalSteps, step, ...(step > 0 && { before: step }) };
    }
    if (event.type === "prepared") {
      beta = weightOfKl(event.config);
      value = { ...value, path: event.path, epochs: event.config.training.epochs };
    }
    if (event.type === "epoch") {
      const before = value.heldOut?.negativeElbo;
      const { klPerDimension, noted, ...heldOut } = event.heldOut;
      const words = describeTraining({ ...event.heldOut, before, beta });
      const measured = { ...heldOut, ...noted, klPerDimension: [...klPerDimension] };
      value = { ...value, heldOut: measured, words: [...words] };
    }
    if (event.type === "pictures") value = { ...value, pictures: [...event.paths] };
    if (event.type === "exported") value = { ...value, model: [...event.paths], modelStep: event.step };
    if (event.type === "end") {
      const status = event.reason === "interrupted" ? "interrupted" : "finished";
      value = { ...value, status, step: event.step };
    }
    yield event;
  }
  return { value };
}

/** Where it is one number that nothing changes. */
function weightOfKl({ objective: { kind, beta } }: Config): number | undefined {
  return kind === "beta" && typeof beta === "number" ? beta : undefined;
}
