/** `demo`: the whole way on data that is drawn here, in about a minute. */

import { z } from "zod";
import { defineJob } from "./job.ts";
import { runFolder, seed } from "./options.ts";
import { report } from "./report.ts";
import { freePath } from "./run-training.ts";
import { train, trainingValue } from "./train.ts";

export const demo = defineJob({
  name: "demo",
  summary: "train on built-in handwriting-like digits, in about a minute, and make a report to open",
  example: "betalab demo",
  takes: "nothing",
  options: z.strictObject({
    out: runFolder.describe("the run directory (default: betalab-demo, with a number if that is taken)"),
    seed,
  }),
  value: trainingValue.extend({
    report: z.string().optional().describe("the report, when training finished"),
  }),
  async *run(context, { out = freePath("betalab-demo"), seed }) {
    const trained = yield* train.run(
      { ...context, subject: "demo" },
      train.options.parse({ out, ...(seed !== undefined && { seed }) }),
    );
    if (trained.value.status !== "finished") return trained;
    const { path } = trained.value;
    const reported = yield* report.run({ ...context, subject: path }, report.options.parse({}));
    return { ...reported, value: { ...trained.value, report: `${path}/report.html` } };
  },
});
