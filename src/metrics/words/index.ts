/** Numbers in words: pure functions that say direction, size and meaning, and nothing that the numbers don't carry. */

export { type Change, type Changed, describeChange } from "./change.ts";
export type { Said } from "./said.ts";
export { describeTraining, type TrainingNumbers } from "./training.ts";
