/** The studio's door: a server of all runs of a folder. */

export { type ServedStudio, type ServeOptions, serveStudio } from "./serve.ts";
