/** All commands, in the order of the help: one for each job, and those that only a command line has. */
import { existsSync } from "node:fs";
import type { JobDescription, Workbench } from "../workbench/index.ts";
import type { Command, CommandIo } from "./command.ts";
import { shippedDescriptions } from "./descriptions.ts";
import { commandOf } from "./from-job.ts";

/** What brings a user's own jobs and registries, where it lies in the working directory. */
const CONFIG_MODULE = "betalab.config.js";

/** @param configModule a module to load instead of `betalab.config.js` */
export async function allCommands(configModule?: string): Promise<readonly Command[]> {
  const load = async ({ environment }: Pick<CommandIo, "environment">): Promise<Workbench> => {
    const { loadWorkbench } = await import("../workbench/index.ts");
    return loadWorkbench(configModule, { environment });
  };
  const brings = configModule !== undefined || existsSync(CONFIG_MODULE);
  const descriptions = brings ? await describe(await load({ environment: {} })) : await shippedDescriptions();
  return descriptions.map((job) => commandOf(job, load));
}

async function describe({ jobs }: Workbench): Promise<readonly JobDescription[]> {
  const { describeAll } = await import("../workbench/index.ts");
  return describeAll(jobs);
}
