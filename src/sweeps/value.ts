/** What the jobs about sweeps come to. */

import { z } from "zod";
import { type SweptRun, sweptRun } from "../jobs/index.ts";
import { said } from "../metrics/index.ts";

const { name, path, ...standing } = sweptRun.shape;
const settings = z.record(z.string(), z.unknown()).describe("what this run has of its own, by config key");

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
  runs: z.array(z.object({ name, path, settings, ...standing })).describe("in the order of the grid"),
});

/** Runs as a value tells them, each with the settings that it was planned with. */
export function withSettings(
  runs: readonly SweptRun[],
  planned: readonly { readonly name: string; readonly settings: Readonly<Record<string, unknown>> }[],
): z.output<typeof sweptValue>["runs"] {
  const settings = new Map(planned.map((run) => [run.name, run.settings]));
  return runs.map(({ progress: _, begun: __, ...run }) => ({
    ...run,
    settings: settings.get(run.name) ?? {},
  }));
}
