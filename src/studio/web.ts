/** What of this room runs in a page: what it says to the server, and hears. */

export type * from "./protocol.ts";
export { routes } from "./protocol.ts";
