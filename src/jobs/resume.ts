/** `resume`: goes on where a run stopped, as if it had not. */

import { z } from "zod";
import { defineJob } from "./job.ts";
import { logOptions } from "./logs/index.ts";
import { data, epochs, flag } from "./options.ts";
import { continueRun } from "./run-training.ts";
import { trainingOutcome, trainingValue } from "./train.ts";

export const resume = defineJob({
  name: "resume",
  summary: "continue a run from its newest checkpoint, exactly",
  example: "betalab resume runs/mnist-mlp-20 --epochs 20",
  takes: "run",
  options: z.strictObject({
    data,
    epochs,
    takeOver: flag("even if another process is working on it; that process then stops"),
    ...logOptions,
  }),
  value: trainingValue,
  run: (context, { epochs, data, takeOver, ...logs }) =>
    trainingOutcome(continueRun(context.subject, { ...context, data, takeOver, logs }, epochs)),
});
