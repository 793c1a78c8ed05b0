/** The groups of work beside the training steps: a new one is a line here. */

import { decoding } from "./decoding.ts";
import { learners } from "./learners.ts";
import type { TaskGroup } from "./task.ts";
import { tsneGroup } from "./tsne.ts";

export const groups: readonly TaskGroup[] = [tsneGroup, learners, decoding];
