/** The studio's door: a server of all runs of a folder. */

export { serveStudio } from "./serve.ts";
