/** The command line as others use it: a job's command, its words, its flags. */

export { allDescriptions } from "./descriptions.ts";
export { commandOf } from "./from-job.ts";
export { flagOf, withFlags } from "./options.ts";
export { parseCommandLine } from "./program.ts";
