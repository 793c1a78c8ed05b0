/** What the jobs about sweeps come to. */

import { z } from "zod";
import { said } from "../jobs/index.ts";

export const sweptValue = z.object({
  path: z.string().describe("the sweep's folder"),
  name: z.string().describe("the sweep's name"),
  comparison: z
    .object({
      verdict: z.string().describe("which differences are more than luck, in a sentence"),
      words: z.array(said).describe("what another setting changed"),
    })
    .optional()
    .describe("what the finished runs differ in, as `compare` says it; absent for one setting"),
  runs: z
    .array(
      z.object({
        name: z.string().describe("within the sweep"),
        path: z.string().describe("the run directory"),
        settings: z.record(z.string(), z.unknown()).describe("what this run has of its own, by config key"),
        status: z
          .enum(["waiting", "running", "finished", "failed", "interrupted"])
          .describe("finished: with all jobs of `then`"),
        before: z.boolean().describe("it was finished before this sweep began"),
        seconds: z.number().optional().describe("of this sweep's work on it, s"),
        error: z.string().optional().describe("why it failed"),
        hint: z.string().optional().describe("what to do about it"),
      }),
    )
    .describe("in the order of the grid"),
});
