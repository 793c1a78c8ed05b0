/** What the jobs about sweeps come to. */

import { z } from "zod";

export const sweptValue = z.object({
  path: z.string().describe("the sweep's folder"),
  name: z.string(),
  comparison: z
    .object({
      verdict: z.string(),
      words: z.array(z.object({ name: z.string(), plain: z.string(), exact: z.string() })),
    })
    .optional()
    .describe("what the finished runs differ in, as `compare` says it; absent for one setting"),
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
