/** All commands, in the order of the help. A new one is one file here and one line below. */
import type { Commands } from "../program.ts";

export const commands: Commands = [];
