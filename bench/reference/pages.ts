/** The pages of the reference by their paths in the repository, made from the declarations. */

import { shipped } from "../../src/config/node.ts";
import { describeAll } from "../../src/workbench/index.ts";
import { configPage } from "./config.ts";
import { jobsPage } from "./jobs.ts";

export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/reference/jobs.md": jobsPage(await describeAll()),
    "docs/reference/config.md": configPage(shipped),
  };
}
