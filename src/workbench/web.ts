/** What of this room a page may know: jobs as data. */

export type { JobDescription } from "./description.ts";
