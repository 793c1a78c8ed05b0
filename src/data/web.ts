/** The data room's door in a page: files that a person brought, from their bytes. */

export type { SideArray } from "./arrays/side.ts";
export { wholeIdx, wholeNpy } from "./formats/whole.ts";
export { likelyRange } from "./range.ts";
