/** The workbench: registries and jobs joined into one thing that can be asked for work. */

export { describeAll } from "./catalogue.ts";
export type { JobDescription, OptionDescription } from "./description.ts";
export {
  createWorkbench,
  type Extensions,
  type Following,
  loadWorkbench,
  methodName,
  type Result,
  type Surroundings,
  type WithShipped,
  type Workbench,
} from "./workbench.ts";
