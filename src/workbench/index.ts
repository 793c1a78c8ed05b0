/** The workbench: whole jobs, wired from the other rooms. What the command line and a library user call. */

export { type BetaDescription, betaOf } from "./beta.ts";
export { buildObjective, buildVae } from "./build.ts";
export { exportModel, type Trained } from "./export.ts";
export { OpenRun } from "./open.ts";
export { shownImages } from "./pictures.ts";
export { dataContext, type Place } from "./place.ts";
export { defaultRunPath, type RunEvent, resume, train } from "./train.ts";
export { versions } from "./version.ts";
