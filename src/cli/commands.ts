/** All commands, in the order of the help: one for each job, and those that only a command line has. */
import type { Workbench } from "../workbench/index.ts";
import type { Command, CommandIo } from "./command.ts";
import { completeCommand } from "./commands/complete.ts";
import { completion } from "./commands/completion.ts";
import { init } from "./commands/init.ts";
import { studioCommand } from "./commands/studio.ts";
import { allDescriptions, type Descriptions, shippedDescriptions } from "./descriptions.ts";
import { commandOf } from "./from-job.ts";

/** @param configModule a module to load instead of `betalab.config.js` */
export async function allCommands(configModule?: string): Promise<readonly Command[]> {
  const descriptions = await allDescriptions(configModule, () => load(configModule, { environment: {} }));
  return commandsOf(descriptions, configModule);
}

/** Without what a config module brings: a Tab must be quick, and run nobody's code. */
export async function shippedCommands(): Promise<readonly Command[]> {
  return commandsOf(await shippedDescriptions());
}

function commandsOf({ jobs, names }: Descriptions, configModule?: string): readonly Command[] {
  const commands: Command[] = jobs.map((job) =>
    commandOf(job, (io) => load(configModule, io), names[job.takes]),
  );
  commands.push(
    studioCommand(configModule),
    init,
    completion,
    completeCommand(() => commands),
  );
  return commands;
}

async function load(
  configModule: string | undefined,
  { environment }: Pick<CommandIo, "environment">,
): Promise<Workbench> {
  const { loadWorkbench } = await import("../workbench/index.ts");
  return loadWorkbench(configModule, { environment });
}
